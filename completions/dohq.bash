# bash completion for dohq(1)
_dohq() {
	local cur=$2 prev=$3
	[ "$cur" != = ] || cur=''
	[ "$prev" != = ] || prev=${COMP_WORDS[COMP_CWORD - 2]}
	case $prev in
	-s | --server) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	-f | --file) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
	-t | --type) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	-x | --reverse) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--class) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	-c | --connections) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	-w | --window) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	-T | --timeout) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	-r | --retries) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--fail-on) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--ca) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
	--pin) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--address) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--subnet) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--option) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--udp-size) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--completion) mapfile -t COMPREPLY < <(compgen -W 'bash zsh fish' -- "$cur") && return ;;
	esac
	case $cur in
	-*) mapfile -t COMPREPLY < <(compgen -W '-s --server -f --file -t --type -x --reverse --class -a --all --answer -S --short -j --json --wire --idn --no-idn -u --unordered -c --connections -w --window -T --timeout -r --retries --fail-on --ca --pin --insecure --address -4 --ipv4 -6 --ipv6 --get --post --http2 --http1 --ddr --no-tcp -d --dnssec --cd --ad --no-recurse --subnet --padding --cookie --nsid --option --udp-size --no-edns --list-servers -h --help -V --version --completion ' -- "$cur") ;;
	*) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}
complete -o filenames -F _dohq dohq
