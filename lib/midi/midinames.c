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
    {0x1E, "Key Concepts"},
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
    {0x2C, "Audio Veritrieb Struven"},
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
    {0x4B, "Fujitsu"},
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
    {0x0007, "Digital Music"},
    {0x0009, "New England Digital"},
    {0x000B, "IVL Technologies"},
    {0x000E, "Alesis"},
    {0x0010, "DOD Electronics"},
    {0x0015, "KAT"},
    {0x0016, "Opcode"},
    {0x0017, "Rane"},
    {0x001A, "Allen & Heath"},
    {0x001B, "Peavey"},
    {0x001C, "360 Systems"},
    {0x0029, "Rocktron"},
    {0x002A, "PianoDisc"},
    {0x002D, "Rodgers"},
    {0x002F, "Encore Electronics"},
    {0x0031, "Voce"},
    {0x0035, "Allen Organ"},
    {0x0037, "Music Quest"},
    {0x0038, "Aphex"},
    {0x0039, "Gallien Krueger"},
    {0x003A, "IBM"},
    {0x003B, "Mark of the Unicorn"},
    {0x003F, "Ad Lib"},
    {0x0040, "Richmond Sound Design"},
    {0x0041, "Microsoft"},
    {0x004A, "Mesa Boogie"},
    {0x004D, "Studio Electronics"},
    {0x004E, "Euphonix"},
    {0x0050, "MIDI Solutions"},
    {0x0055, "Lone Wolf"},
    {0x0057, "Peterson"},
    {0x0058, "Atari"},
    {0x0059, "Marion Systems"},
    {0x0065, "Turtle Beach"},
    {0x0066, "Mackie"},
    {0x006A, "PG Music"},
    {0x006E, "Tune 1000"},
    {0x0076, "Electro-Voice"},
    {0x0077, "Midisoft"},
    {0x0078, "QSound"},
    {0x007B, "ESS Technology"},
    {0x0100, "Shure"},
    {0x0102, "Crystal Semiconductor"},
    {0x0104, "Silicon Graphics"},
    {0x0105, "M-Audio"},
    {0x0106, "PreSonus"},
    {0x010B, "Sonic Foundry"},
    {0x010C, "Line 6"},
    {0x010D, "Beatnik"},
    {0x011E, "DBX"},
    {0x0121, "BandLab"},
    {0x0126, "Antares"},
    {0x0136, "Radikal Technologies"},
    {0x0137, "Roger Linn Design"},
    {0x0138, "TC-Helicon"},
    {0x013C, "Apogee"},
    {0x013F, "Numark"},
    {0x0140, "Frontier Design"},
    {0x0142, "Starr Labs"},
    {0x014B, "Axess Electronics"},
    {0x014C, "Muse Research"},
    {0x014D, "Open Labs"},
    {0x014F, "Samson"},
    {0x0154, "Lynx"},
    {0x015A, "Plogue"},
    {0x015B, "RJM Music"},
    {0x0161, "Livid Instruments"},
    {0x0165, "Zildjian"},
    {0x0167, "You Rock Guitar"},
    {0x016C, "Source Audio"},
    {0x016E, "Fishman"},
    {0x016F, "Custom Audio Electronics"},
    {0x0172, "Kilpatrick Audio"},
    {0x0173, "iConnectivity"},
    {0x0174, "Fractal Audio"},
    {0x0177, "Nektar"},
    {0x0203, "Artiphon"},
    {0x020B, "Denon DJ"},
    {0x020D, "Google"},
    {0x0210, "Meris"},
    {0x0214, "Intellijel"},
    {0x0218, "Universal Audio"},
    {0x021D, "Sensel"},
    {0x021F, "Madrona Labs"},
    {0x0223, "Red Panda"},
    {0x0226, "Electro-Harmonix"},
    {0x022C, "Spectrasonics"},
    {0x2000, "Dream"},
    {0x2004, "Boehm"},
    {0x2008, "Evolution"},
    {0x200B, "Bontempi"},
    {0x200D, "MidiTemp"},
    {0x2013, "Kenton"},
    {0x201A, "Fatar"},
    {0x201D, "Orla"},
    {0x201F, "TC Electronic"},
    {0x2020, "Doepfer"},
    {0x2021, "Creative"},
    {0x2029, "Focusrite/Novation"},
    {0x202B, "Medeli"},
    {0x202D, "Blue Chip"},
    {0x2031, "Emagic"},
    {0x2032, "Behringer"},
    {0x2033, "Access"},
    {0x2036, "TerraTec"},
    {0x2039, "IRCAM"},
    {0x203A, "Propellerhead"},
    {0x203B, "Red Sound"},
    {0x203C, "Elektron"},
    {0x2041, "Mode Machines"},
    {0x2043, "Phil Rees"},
    {0x2046, "C-Mexx"},
    {0x2047, "Klavis"},
    {0x204D, "Vermona"},
    {0x2050, "Hartmann"},
    {0x2057, "Manikin Electronic"},
    {0x205F, "Sequentix"},
    {0x2063, "CME"},
    {0x2064, "genoQs"},
    {0x2066, "Waves"},
    {0x206B, "Arturia"},
    {0x206D, "C-Thru Music"},
    {0x2070, "OTO Machines"},
    {0x2072, "Blackstar"},
    {0x2076, "Teenage Engineering"},
    {0x2077, "Tobias Erichsen"},
    {0x207F, "Serato"},
    {0x2102, "Mutable Instruments"},
    {0x2105, "Fairlight"},
    {0x2107, "Modal Electronics"},
    {0x2109, "Native Instruments"},
    {0x210B, "MFB"},
    {0x2110, "ROLI"},
    {0x2115, "Marshall"},
    {0x2117, "Rob Papen"},
    {0x211A, "IK Multimedia"},
    {0x211D, "Ableton"},
    {0x2122, "AudioThingies"},
    {0x2123, "Retrokits"},
    {0x2124, "Morningstar"},
    {0x2125, "Hotone"},
    {0x2126, "Expressive E"},
    {0x2127, "Expert Sleepers"},
    {0x2132, "Bome"},
    {0x2135, "Dreadbox"},
    {0x213B, "Blokas"},
    {0x213C, "GEWA"},
    {0x213D, "dadamachines"},
    {0x213E, "Bela"},
    {0x2145, "Electra One"},
    {0x2149, "Bitwig"},
    {0x4000, "Crimson Technology"},
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
