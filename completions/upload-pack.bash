# bash completion for upload-pack(1)
_upload_pack() {
	local cur=$2 prev=$3
	[ "$cur" != = ] || cur=''
	[ "$prev" != = ] || prev=${COMP_WORDS[COMP_CWORD - 2]}
	case $prev in
	--timeout) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--max-time) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--max-memory) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--max-pack) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--threads) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--sandbox) mapfile -t COMPREPLY < <(compgen -W 'auto require off' -- "$cur") && return ;;
	--cache) mapfile -t COMPREPLY < <(compgen -d -- "$cur") && return ;;
	--log-json) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
	--completion) mapfile -t COMPREPLY < <(compgen -W 'bash zsh fish' -- "$cur") && return ;;
	esac
	case $cur in
	-*) mapfile -t COMPREPLY < <(compgen -W '--strict --no-strict --stateless-rpc --advertise-refs --http-backend-info-refs --timeout --max-time --max-memory --max-pack --threads --sandbox --cache --log-json -h --help -V --version --completion ' -- "$cur") ;;
	*) mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
	esac
}
complete -o filenames -F _upload_pack upload-pack
