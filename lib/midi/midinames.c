/* SPDX-License-Identifier: ISC */

#include "riad/midinames.h"

#include <string.h>

#include "riad/midi.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

const char *
riad_midi_controller(uint8_t number)
{
	static const char *const names[128] = {
	    [0] = "bank select",
	    [1] = "modulation",
	    [2] = "breath",
	    [4] = "foot",
	    [5] = "portamento time",
	    [6] = "data entry",
	    [7] = "volume",
	    [8] = "balance",
	    [10] = "pan",
	    [11] = "expression",
	    [12] = "effect control 1",
	    [13] = "effect control 2",
	    [16] = "general purpose 1",
	    [17] = "general purpose 2",
	    [18] = "general purpose 3",
	    [19] = "general purpose 4",
	    [32] = "bank select, low",
	    [33] = "modulation, low",
	    [34] = "breath, low",
	    [36] = "foot, low",
	    [37] = "portamento time, low",
	    [38] = "data entry, low",
	    [39] = "volume, low",
	    [40] = "balance, low",
	    [42] = "pan, low",
	    [43] = "expression, low",
	    [44] = "effect control 1, low",
	    [45] = "effect control 2, low",
	    [48] = "general purpose 1, low",
	    [49] = "general purpose 2, low",
	    [50] = "general purpose 3, low",
	    [51] = "general purpose 4, low",
	    [64] = "sustain",
	    [65] = "portamento",
	    [66] = "sostenuto",
	    [67] = "soft pedal",
	    [68] = "legato",
	    [69] = "hold 2",
	    [70] = "sound variation",
	    [71] = "timbre",
	    [72] = "release time",
	    [73] = "attack time",
	    [74] = "brightness",
	    [75] = "decay time",
	    [76] = "vibrato rate",
	    [77] = "vibrato depth",
	    [78] = "vibrato delay",
	    [79] = "sound controller 10",
	    [80] = "general purpose 5",
	    [81] = "general purpose 6",
	    [82] = "general purpose 7",
	    [83] = "general purpose 8",
	    [84] = "portamento control",
	    [88] = "high resolution velocity",
	    [91] = "reverb",
	    [92] = "tremolo",
	    [93] = "chorus",
	    [94] = "detune",
	    [95] = "phaser",
	    [96] = "data increment",
	    [97] = "data decrement",
	    [98] = "NRPN, low",
	    [99] = "NRPN",
	    [100] = "RPN, low",
	    [101] = "RPN",
	    [120] = "all sound off",
	    [121] = "reset all controllers",
	    [122] = "local control",
	    [123] = "all notes off",
	    [124] = "omni off",
	    [125] = "omni on",
	    [126] = "mono on",
	    [127] = "poly on",
	};

	return number < COUNT(names) ? names[number] : NULL;
}

const char *
riad_midi_rpn(uint16_t number)
{
	static const char *const names[] = {
	    "pitch bend range",
	    "fine tuning",
	    "coarse tuning",
	    "tuning program",
	    "tuning bank",
	    "modulation range",
	    "MPE configuration",
	};
	/* RP-049: those of three-dimensional sound, 61 of the upper byte. */
	static const char *const space[] = {
	    "3D azimuth",
	    "3D elevation",
	    "3D gain",
	    "3D distance ratio",
	    "3D maximum distance",
	    "3D gain at maximum distance",
	    "3D reference distance ratio",
	    "3D pan spread angle",
	    "3D roll angle",
	};
	const uint16_t from = 61 << 7;

	if (number == 0x3FFF)
		return "null";
	if (number < COUNT(names))
		return names[number];
	if (number >= from && number < from + COUNT(space))
		return space[number - from];
	return NULL;
}

const char *
riad_midi_program(uint8_t number)
{
	static const char *const names[128] = {"acoustic grand piano",
	    "bright acoustic piano", "electric grand piano", "honky-tonk piano",
	    "electric piano 1", "electric piano 2", "harpsichord", "clavi",
	    "celesta", "glockenspiel", "music box", "vibraphone", "marimba",
	    "xylophone", "tubular bells", "dulcimer", "drawbar organ",
	    "percussive organ", "rock organ", "church organ", "reed organ",
	    "accordion", "harmonica", "tango accordion",
	    "acoustic guitar (nylon)", "acoustic guitar (steel)",
	    "electric guitar (jazz)", "electric guitar (clean)",
	    "electric guitar (muted)", "overdriven guitar", "distortion guitar",
	    "guitar harmonics", "acoustic bass", "electric bass (finger)",
	    "electric bass (pick)", "fretless bass", "slap bass 1",
	    "slap bass 2", "synth bass 1", "synth bass 2", "violin", "viola",
	    "cello", "contrabass", "tremolo strings", "pizzicato strings",
	    "orchestral harp", "timpani", "string ensemble 1",
	    "string ensemble 2", "synth strings 1", "synth strings 2",
	    "choir aahs", "voice oohs", "synth voice", "orchestra hit",
	    "trumpet", "trombone", "tuba", "muted trumpet", "French horn",
	    "brass section", "synth brass 1", "synth brass 2", "soprano sax",
	    "alto sax", "tenor sax", "baritone sax", "oboe", "English horn",
	    "bassoon", "clarinet", "piccolo", "flute", "recorder", "pan flute",
	    "blown bottle", "shakuhachi", "whistle", "ocarina",
	    "lead 1 (square)", "lead 2 (sawtooth)", "lead 3 (calliope)",
	    "lead 4 (chiff)", "lead 5 (charang)", "lead 6 (voice)",
	    "lead 7 (fifths)", "lead 8 (bass and lead)", "pad 1 (new age)",
	    "pad 2 (warm)", "pad 3 (polysynth)", "pad 4 (choir)",
	    "pad 5 (bowed)", "pad 6 (metallic)", "pad 7 (halo)",
	    "pad 8 (sweep)", "FX 1 (rain)", "FX 2 (soundtrack)",
	    "FX 3 (crystal)", "FX 4 (atmosphere)", "FX 5 (brightness)",
	    "FX 6 (goblins)", "FX 7 (echoes)", "FX 8 (sci-fi)", "sitar",
	    "banjo", "shamisen", "koto", "kalimba", "bag pipe", "fiddle",
	    "shanai", "tinkle bell", "agogo", "steel drums", "woodblock",
	    "taiko drum", "melodic tom", "synth drum", "reverse cymbal",
	    "guitar fret noise", "breath noise", "seashore", "bird tweet",
	    "telephone ring", "helicopter", "applause", "gunshot"};

	return number < COUNT(names) ? names[number] : NULL;
}

const char *
riad_midi_family(uint8_t number)
{
	static const char *const names[16] = {"piano", "chromatic percussion",
	    "organ", "guitar", "bass", "strings", "ensemble", "brass", "reed",
	    "pipe", "synth lead", "synth pad", "synth effects", "ethnic",
	    "percussive", "sound effects"};

	return number < 128 ? names[number / 8] : NULL;
}

const char *
riad_midi_drum(uint8_t key)
{
	static const char *const names[] = {"high Q", "slap", "scratch push",
	    "scratch pull", "sticks", "square click", "metronome click",
	    "metronome bell", "acoustic bass drum", "bass drum 1", "side stick",
	    "acoustic snare", "hand clap", "electric snare", "low floor tom",
	    "closed hi-hat", "high floor tom", "pedal hi-hat", "low tom",
	    "open hi-hat", "low-mid tom", "hi-mid tom", "crash cymbal 1",
	    "high tom", "ride cymbal 1", "Chinese cymbal", "ride bell",
	    "tambourine", "splash cymbal", "cowbell", "crash cymbal 2",
	    "vibraslap", "ride cymbal 2", "hi bongo", "low bongo",
	    "mute hi conga", "open hi conga", "low conga", "high timbale",
	    "low timbale", "high agogo", "low agogo", "cabasa", "maracas",
	    "short whistle", "long whistle", "short guiro", "long guiro",
	    "claves", "hi wood block", "low wood block", "mute cuica",
	    "open cuica", "mute triangle", "open triangle", "shaker",
	    "jingle bell", "bell tree", "castanets", "mute surdo",
	    "open surdo"};
	const uint8_t from = 27;

	return key >= from && key < from + COUNT(names) ? names[key - from]
							: NULL;
}

/* By one byte, and by three of which the first is 0: of the list of the MIDI
 * Association those that people meet. */
static const struct maker {
	uint8_t id;
	const char *name;
} makers[] = {
    {0x01, "Sequential Circuits"},
    {0x02, "IDP"},
    {0x03, "Voyetra Turtle Beach"},
    {0x04, "Moog"},
    {0x05, "Passport Designs"},
    {0x06, "Lexicon"},
    {0x07, "Kurzweil"},
    {0x08, "Fender"},
    {0x09, "MIDI9"},
    {0x0A, "AKG Acoustics"},
    {0x0B, "Voyce Music"},
    {0x0C, "WaveFrame"},
    {0x0D, "ADA"},
    {0x0E, "Garfield Electronics"},
    {0x0F, "Ensoniq"},
    {0x10, "Oberheim"},
    {0x11, "Apple"},
    {0x12, "Grey Matter Response"},
    {0x13, "Digidesign"},
    {0x14, "Palmtree Instruments"},
    {0x15, "JL Cooper"},
    {0x16, "Lowrey"},
    {0x17, "Adams-Smith"},
    {0x18, "E-mu"},
    {0x19, "Harmony Systems"},
    {0x1A, "ART"},
    {0x1B, "Baldwin"},
    {0x1C, "Eventide"},
    {0x1D, "Inventronics"},
    {0x1F, "Clarity"},
    {0x20, "Passac"},
    {0x21, "SIEL"},
    {0x22, "Synthaxe"},
    {0x23, "Stepp"},
    {0x24, "Hohner"},
    {0x25, "Twister"},
    {0x26, "Ketron"},
    {0x27, "Jellinghaus"},
    {0x28, "Southworth"},
    {0x29, "PPG"},
    {0x2A, "JEN"},
    {0x2B, "SSL"},
    {0x2C, "Audio Veritrieb"},
    {0x2D, "Neve"},
    {0x2E, "Soundtracs"},
    {0x2F, "Elka"},
    {0x30, "Dynacord"},
    {0x31, "Viscount"},
    {0x32, "Drawmer"},
    {0x33, "Clavia"},
    {0x34, "Audio Architecture"},
    {0x35, "Generalmusic"},
    {0x36, "Cheetah"},
    {0x37, "C.T.M."},
    {0x38, "Simmons"},
    {0x39, "Soundcraft"},
    {0x3A, "Steinberg"},
    {0x3B, "Wersi"},
    {0x3C, "Avab"},
    {0x3D, "Digigram"},
    {0x3E, "Waldorf"},
    {0x3F, "Quasimidi"},
    {0x40, "Kawai"},
    {0x41, "Roland"},
    {0x42, "Korg"},
    {0x43, "Yamaha"},
    {0x44, "Casio"},
    {0x46, "Kamiya"},
    {0x47, "Akai"},
    {0x48, "JVC"},
    {0x4A, "Meisosha"},
    {0x4B, "Hoshino Gakki"},
    {0x4C, "Sony"},
    {0x4E, "Teac"},
    {0x50, "Matsushita"},
    {0x51, "Fostex"},
    {0x52, "Zoom"},
    {0x54, "Matsushita Communication"},
    {0x55, "Suzuki"},
    {0x56, "Fuji Sound"},
    {0x57, "Acoustic Technical Laboratory"},
    {0x59, "Faith"},
    {0x5A, "Internet"},
    {0x5C, "Seekers"},
    {0x5F, "SD Card Association"},
    {0x7D, "no maker"},
    {0x7E, "universal"},
    {0x7F, "universal"},
};

static const struct long_maker {
	uint16_t id;
	const char *name;
} long_makers[] = {
    {0x0001, "Time/Warner Interactive"},
    {0x0006, "Media Vision"},
    {0x0007, "Digital Music"},
    {0x0008, "IOTA Systems"},
    {0x0009, "New England Digital"},
    {0x000A, "Artisyn"},
    {0x000B, "IVL Technologies"},
    {0x000C, "Southern Music Systems"},
    {0x000D, "Lake Butler Sound"},
    {0x000E, "Alesis"},
    {0x0010, "DOD Electronics"},
    {0x0011, "Studer-Editech"},
    {0x0014, "Perfect Fretworks"},
    {0x0015, "KAT"},
    {0x0016, "Opcode"},
    {0x0017, "Rane"},
    {0x0018, "Anadi"},
    {0x0019, "KMX"},
    {0x001A, "Allen and Heath"},
    {0x001B, "Peavey"},
    {0x001C, "360 Systems"},
    {0x001D, "Spectrum Design"},
    {0x001E, "Marquis Music"},
    {0x001F, "Zeta Systems"},
    {0x0020, "Axxes"},
    {0x0021, "Orban"},
    {0x0024, "KTI"},
    {0x0025, "Breakaway"},
    {0x0026, "CAE"},
    {0x0029, "Rocktron"},
    {0x002A, "PianoDisc"},
    {0x002B, "Cannon Research"},
    {0x002D, "Rodgers"},
    {0x002E, "Blue Sky Logic"},
    {0x002F, "Encore Electronics"},
    {0x0030, "Uptown"},
    {0x0031, "Voce"},
    {0x0032, "CTI Audio"},
    {0x0033, "S&S Research"},
    {0x0034, "Broderbund"},
    {0x0035, "Allen Organ"},
    {0x0037, "Music Quest"},
    {0x0038, "Aphex"},
    {0x0039, "Gallien Krueger"},
    {0x003A, "IBM"},
    {0x003B, "Mark of the Unicorn"},
    {0x003C, "Hotz"},
    {0x003D, "ETA Lighting"},
    {0x003F, "Ad Lib"},
    {0x0040, "Richmond Sound Design"},
    {0x0041, "Microsoft"},
    {0x0042, "Mindscape"},
    {0x0044, "Intone"},
    {0x0046, "GT Electronics"},
    {0x0048, "InterMIDI"},
    {0x004D, "Scherff"},
    {0x0055, "Lone Wolf"},
    {0x0064, "Musonix"},
    {0x0074, "Ta Horng"},
    {0x0075, "e-Tek"},
    {0x0079, "Matrix Audio"},
    {0x007D, "Lone Wolf"},
    {0x0102, "Crystal Semiconductor"},
    {0x0105, "M-Audio"},
    {0x0109, "PreSonus"},
    {0x010B, "Topaz"},
    {0x010D, "Bellari"},
    {0x0115, "Line 6"},
    {0x0119, "Muse Research"},
    {0x011C, "Digital Performer"},
    {0x0121, "Cakewalk"},
    {0x012E, "Elektron"},
    {0x0138, "Native Instruments"},
    {0x0160, "Livid"},
    {0x0172, "Kilpatrick Audio"},
    {0x0174, "Fractal Audio"},
    {0x017A, "Madrona Labs"},
    {0x0205, "Keith McMillen"},
    {0x0213, "Steinway"},
    {0x021D, "Linux-ev"},
    {0x0220, "Electro-Harmonix"},
    {0x2000, "Dream"},
    {0x2008, "Real World"},
    {0x200B, "Medeli"},
    {0x200E, "C-Mexx"},
    {0x2013, "Kenton"},
    {0x201A, "Fatar"},
    {0x201B, "Pinnacle"},
    {0x201F, "TC Electronic"},
    {0x2020, "Doepfer"},
    {0x2021, "Creative"},
    {0x2024, "LRE Relco"},
    {0x2029, "Novation"},
    {0x2032, "Behringer"},
    {0x2033, "Access"},
    {0x203A, "Propellerhead"},
    {0x203B, "Red Sound"},
    {0x203C, "Elektron"},
    {0x2040, "TerraTec"},
    {0x2050, "Hammond"},
    {0x206B, "Arturia"},
    {0x2076, "Teenage Engineering"},
    {0x2079, "Soundtoys"},
    {0x207B, "Focusrite"},
    {0x2102, "Mutable Instruments"},
    {0x2107, "Modal Electronics"},
    {0x2109, "Roli"},
    {0x4000, "Crimson Technology"},
    {0x4003, "Aqua"},
    {0x4004, "Faith"},
};

const char *
riad_midi_maker(const uint8_t *bytes, size_t max, size_t *len)
{
	*len = max == 0 ? 0 : bytes[0] != 0 ? 1 : max >= 3 ? 3 : 0;
	for (size_t i = 0; *len == 1 && i < COUNT(makers); i++)
		if (makers[i].id == bytes[0])
			return makers[i].name;
	for (size_t i = 0; *len == 3 && i < COUNT(long_makers); i++)
		if (long_makers[i].id == (bytes[1] << 8 | bytes[2]))
			return long_makers[i].name;
	return NULL;
}

const char *
riad_midi_meta(uint8_t type)
{
	static const char *const names[128] = {
	    [0x00] = "sequence number",
	    [0x01] = "text",
	    [0x02] = "copyright",
	    [0x03] = "track name",
	    [0x04] = "instrument name",
	    [0x05] = "lyric",
	    [0x06] = "marker",
	    [0x07] = "cue point",
	    [0x08] = "program name",
	    [0x09] = "device name",
	    [0x20] = "channel prefix",
	    [0x21] = "port",
	    [0x2F] = "end of track",
	    [0x4B] = "M-Live tag",
	    [0x51] = "tempo",
	    [0x54] = "SMPTE offset",
	    [0x58] = "time signature",
	    [0x59] = "key signature",
	    [0x60] = "XMF patch type prefix",
	    [0x7F] = "sequencer specific",
	};

	return type < COUNT(names) ? names[type] : NULL;
}

const char *
riad_midi_status_name(uint8_t status)
{
	static const char *const channel[7] = {"note off", "note on",
	    "key pressure", "control change", "program change",
	    "channel pressure", "pitch bend"};
	static const char *const system[16] = {"system exclusive",
	    "MTC quarter frame", "song position", "song select", NULL, NULL,
	    "tune request", "end of exclusive", "clock", NULL, "start",
	    "continue", "stop", NULL, "active sensing", "reset"};

	if (status < 0x80)
		return NULL;
	return status < 0xF0 ? channel[(status >> 4) - 8] : system[status & 15];
}

const char *
riad_midi_note_name(char name[RIAD_MIDI_NOTE_NAME], uint8_t key)
{
	static const char letters[] = "C\0C#D\0D#E\0F\0F#G\0G#A\0A#B";
	const char *letter = letters + 2 * (key & 0x7F) % 24;
	const int octave = (key & 0x7F) / 12 - 1;
	size_t n = 0;

	name[n++] = letter[0];
	if (letter[1] == '#')
		name[n++] = '#';
	if (octave < 0)
		name[n++] = '-';
	name[n++] = (char)('0' + (octave < 0 ? -octave : octave));
	name[n] = '\0';
	return name;
}
