# bash completion for pktline(1)
_pktline() {
	local cur=$2 prev=$3
	[ "$cur" != = ] || cur=''
	[ "$prev" != = ] || prev=${COMP_WORDS[COMP_CWORD - 2]}
	case $prev in
	-o | --output) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
	--nth) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--proto) mapfile -t COMPREPLY < <(compgen -W 'v0 v1 v2' -- "$cur") && return ;;
	--role) mapfile -t COMPREPLY < <(compgen -W 'client server' -- "$cur") && return ;;
	--completion) mapfile -t COMPREPLY < <(compgen -W 'bash zsh fish' -- "$cur") && return ;;
	esac
	case $cur in
	-*) mapfile -t COMPREPLY < <(compgen -W '-d --decode -e --encode --json -o --output --nth --proto --role -h --help -V --version --completion ' -- "$cur") ;;
	*) mapfile -t COMPREPLY < <(compgen -f -W 'demux pack tap stat svg lint ' -- "$cur") ;;
	esac
}
complete -o filenames -F _pktline pktline
