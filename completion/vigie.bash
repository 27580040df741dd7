# SPDX-License-Identifier: MIT
# Completion for bash.  Commands and options are what vigie itself says, so
# that this file need not follow them; ids are what the database knows.

_vigie_say() { # of the configuration that the line names
	"${words[0]}" "$@" ${config:+-c "$config"} --no-color 2>/dev/null
}

_vigie() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
	local words=("${COMP_WORDS[@]}") config='' command='' i choice=''
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${words[i]} in
		-c | --config)
			i=$((i + 1))
			config=${words[i]-}
			;;
		-*) ;;
		*) command=${command:-${words[i]}} ;;
		esac
	done
	case $prev in
	-c | --config | --database | --ics | --import | --append)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	esac
	if [[ $cur == -* ]]; then
		choice=$(_vigie_say ${command:+help} ${command:+"$command"} --help |
			grep -oE -- '--[a-z][a-z-]+' | sort -u)
	elif [[ -z $command || $command == help ]]; then
		choice=$("${words[0]}" --help 2>/dev/null |
			sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p')
	else
		case $command in
		incident | resolve | ack | note)
			choice=$(_vigie_say incidents --json |
				grep -oE '"id": ?"[0-9]{8}-[0-9]+"' | grep -oE '[0-9]{8}-[0-9]+')
			;;
		explain)
			choice=$(_vigie_say incidents --json |
				grep -oE '"id": ?"[0-9]{8}-[0-9]+"' | grep -oE '[0-9]{8}-[0-9]+')
			choice+=" $(_vigie_say status --json |
				grep -oE '"(id|service)": ?"[a-z0-9/-]+"' |
				cut -d'"' -f4 | sort -u)"
			;;
		maintenance)
			case " ${words[*]} " in
			*' cancel '*)
				choice=$(_vigie_say maintenance list --json |
					grep -oE '"id": ?"w[0-9]+"' | cut -d'"' -f4)
				;;
			*) choice='list add cancel' ;;
			esac
			;;
		pause | resume)
			choice=$(_vigie_say status --json |
				grep -oE '"(id|service)": ?"[a-z0-9/-]+"' |
				cut -d'"' -f4 | sort -u)
			;;
		report-problem)
			choice=$(_vigie_say status --json |
				grep -oE '"service": ?"[a-z0-9-]+"' |
				cut -d'"' -f4 | sort -u)
			;;
		probe | back | status)
			choice=$(_vigie_say status --json |
				grep -oE '"id": ?"[a-z0-9/-]+"' | cut -d'"' -f4)
			;;
		db | reload) ;; # nothing but options
		*)
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$choice" -- "$cur")
}
complete -F _vigie vigie
