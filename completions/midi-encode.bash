# bash completion for midi-encode(1)
_midi_encode() {
	local cur=$2 prev=$3
	[ "$cur" != = ] || cur=''
	[ "$prev" != = ] || prev=${COMP_WORDS[COMP_CWORD - 2]}
	case $prev in
	-f | --from) mapfile -t COMPREPLY < <(compgen -W 'score abc text json smf' -- "$cur") && return ;;
	--channel) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--track) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--transpose) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--tempo) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--tune) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--completion) mapfile -t COMPREPLY < <(compgen -W 'bash zsh fish' -- "$cur") && return ;;
	esac
	case $cur in
	-*) mapfile -t COMPREPLY < <(compgen -W '-f --from -s --smf -x --hex -p --pace --channel --track --transpose --tempo --running-status --tune -h --help -V --version --completion ' -- "$cur") ;;
	*) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}
complete -o filenames -F _midi_encode midi-encode
