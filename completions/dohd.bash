# bash completion for dohd(1)
_dohd() {
	local cur=$2 prev=$3
	[ "$cur" != = ] || cur=''
	[ "$prev" != = ] || prev=${COMP_WORDS[COMP_CWORD - 2]}
	case $prev in
	-l | --listen) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--listen-tls) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--listen-https) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--tls-cert) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
	--tls-key) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
	-u | --upstream) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--ca) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
	--pin) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--address) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--bootstrap) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--hosts) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
	--zone) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
	--block) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
	--allow) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--rate) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--cache) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--cache-file) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
	--min-ttl) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--max-ttl) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--user) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	-s | --socket) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
	--completion) mapfile -t COMPREPLY < <(compgen -W 'bash zsh fish' -- "$cur") && return ;;
	esac
	case $cur in
	-*) mapfile -t COMPREPLY < <(compgen -W '-l --listen --listen-tls --listen-https --tls-cert --tls-key -u --upstream --ca --pin --address --bootstrap --get --hosts --zone --block --allow --rate --cache --cache-file --min-ttl --max-ttl --no-stale --trust-ad --user --no-sandbox -q --quiet -s --socket -h --help -V --version --completion ' -- "$cur") ;;
	*) mapfile -t COMPREPLY < <(compgen -f -W 'ctl ' -- "$cur") ;;
	esac
}
complete -o filenames -F _dohd dohd
