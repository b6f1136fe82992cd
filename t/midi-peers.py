# SPDX-License-Identifier: ISC
"""Holds midi-snoop against mido and midicsv: every event of a file.

usage: midi-peers.py mido|midicsv FILE...

The events of a file, as the bytes that a file has of each and its time, by
midi-snoop's JSON and by the other program.  Prints what differs.
"""

import json
import subprocess
import sys

CHANNEL = {
    "off": (0x80, "note", "velocity"),
    "on": (0x90, "note", "velocity"),
    "pp": (0xA0, "note", "pressure"),
    "cc": (0xB0, "controller", "value"),
    "pc": (0xC0, "program"),
    "cp": (0xD0, "pressure"),
    "pb": (0xE0, "value"),
}
SYSTEM = {"tc": 0xF1, "spp": 0xF2, "ss": 0xF3, "tun": 0xF6, "mc": 0xF8,
          "start": 0xFA, "cont": 0xFB, "stop": 0xFC, "as": 0xFE}
TEXT = ("text copyright track-name instrument lyric marker cue "
        "program-name device").split()
RATES = {24: 0, 25: 1, 29: 2, 30: 3}
KEYS = "Cb Gb Db Ab Eb Bb F C G D A E B F# C#".split()
MINOR = "Ab Eb Bb F C G D A E B F# C# G# D# A#".split()


def hexed(event):
    return bytes.fromhex(event.get("hex", ""))


def meta(event):
    """Type and contents of a meta event, None if it is another."""
    kind = event["type"]
    if kind in TEXT:
        text = event.get("text")
        return TEXT.index(kind) + 1, hexed(event) if text is None else text.encode()
    if kind == "seq-number":
        return 0, event["value"].to_bytes(2, "big")
    if kind == "channel-prefix":
        return 0x20, bytes([event["value"] - 1])
    if kind == "port":
        return 0x21, bytes([event["value"]])
    if kind == "end":
        return 0x2F, b""
    if kind == "tempo":
        return 0x51, event["us"].to_bytes(3, "big")
    if kind == "time-sig":
        power = event["den"].bit_length() - 1
        return 0x58, bytes(
            [event["num"], power, event["clocks"], event["n32"]])
    if kind == "key-sig":
        name, mode = event["key"].split()
        sharps = (MINOR if mode == "minor" else KEYS).index(name) - 7
        return 0x59, bytes([sharps & 0xFF, mode == "minor"])
    if kind == "smpte-offset":
        return 0x54, bytes([RATES[event["fps"]] << 5 | event["hours"]] + [
            event[x] for x in ("minutes", "seconds", "frames", "hundredths")])
    if kind == "sequencer":
        return 0x7F, hexed(event)
    if kind == "meta":
        return event["meta"], hexed(event)
    return None


def system(kind, event):
    data = []
    if kind == "tc":
        data = [event["piece"] << 4 | event["value"]]
    elif kind == "spp":
        data = [event["position"] & 127, event["position"] >> 7]
    elif kind == "ss":
        data = [event["song"]]
    return bytes([SYSTEM[kind], *data])


def snooped(path):
    """Lists of (time, bytes), a track each."""
    out = subprocess.run(
        ["midi-snoop", "--json", "--plain", "--time", "ticks", path],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
    tracks = []
    for line in out.splitlines():
        event = json.loads(line)
        kind = event["type"]
        if kind == "track":
            tracks.append([])
        if "ticks" not in event:
            continue
        if kind in CHANNEL:
            status, *names = CHANNEL[kind]
            data = [event[name] for name in names]
            if kind == "pb":
                data = [data[0] & 127, data[0] >> 7]
            what = bytes([status | event["channel"] - 1, *data])
        elif kind in ("syx", "syx-begin"):
            what = b"\xF0" + hexed(event) + (b"\xF7" if kind == "syx" else b"")
        elif kind in SYSTEM:
            what = system(kind, event)
        else:
            found = meta(event)
            if found is None:
                continue
            what = bytes([0xFF, found[0]]) + found[1]
        tracks[-1].append((event["ticks"], what))
    return tracks


def by_mido(path):
    import mido
    tracks = []
    for track in mido.MidiFile(path, charset="latin1").tracks:
        time = 0
        tracks.append([])
        for message in track:
            time += message.time
            what = bytes(message.bytes())
            if message.is_meta:
                # Behind the type is a length of seven bits a byte.
                at = 2
                while what[at] & 0x80:
                    at += 1
                what = what[:2] + what[at + 1:]
            tracks[-1].append((time, what))
    return tracks


CSV = {
    "Note_off_c": 0x80, "Note_on_c": 0x90, "Poly_aftertouch_c": 0xA0,
    "Control_c": 0xB0, "Program_c": 0xC0, "Channel_aftertouch_c": 0xD0,
    "Pitch_bend_c": 0xE0,
}


def by_midicsv(path):
    out = subprocess.run(["midicsv", path], stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, check=False).stdout
    tracks = []
    for line in out.decode("latin1").splitlines():
        field = line.split(", ")
        if field[2] == "Start_track":
            tracks.append([])
        if field[2] not in CSV:
            continue
        data = [int(x) for x in field[4:]]
        if field[2] == "Pitch_bend_c":
            data = [data[0] & 127, data[0] >> 7]
        tracks[-1].append((int(field[1]),
                           bytes([CSV[field[2]] | int(field[3]), *data])))
    return tracks


def main():
    other = sys.argv[1]
    for path in sys.argv[2:]:
        ours = snooped(path)
        if other == "mido":
            theirs = by_mido(path)
        else:
            theirs = by_midicsv(path)
            ours = [[e for e in t if 0x80 <= e[1][0] < 0xF0] for t in ours]
        if ours == theirs:
            continue
        print(path, len(ours), len(theirs))
        for a, b in zip(ours, theirs):
            for i, (x, y) in enumerate(zip(a, b)):
                if x != y:
                    print(" ", i, x, y)
                    break
            if len(a) != len(b):
                print("  length", len(a), len(b))


main()
