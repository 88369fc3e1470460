# bash completion for cstop                                -*- shell-script -*-
# shellcheck shell=bash disable=SC2034,SC2154,SC2207  # variables of bash-completion; words without blanks

# What stands under a key of --list --json, as far as it can be typed: others wrote it, and it is going to stand on a
# command line. What restricts the list on the command line restricts it here as well.
_cstop_list() {
    local -a restrictions=()
    local index
    for ((index = 1; index < ${#words[@]} - 1; index++)); do
        case ${words[index]} in
            --root | --engine)
                restrictions+=("${words[index]}" "${words[index + 1]}")
                ;;
            --root=* | --engine=*)
                restrictions+=("${words[index]}")
                ;;
        esac
    done
    "${words[0]}" "${restrictions[@]}" --list --json 2>/dev/null | sed -n "s/.*,\"$1\":\"\([A-Za-z0-9_+.\/-]*\)\".*/\1/p"
}

# After `--filter KEY=`. Readline completes what stands behind the last character of COMP_WORDBREAKS, which has `=`.
_cstop_filter() {
    local key=${cur%%=*} values=
    if [[ $cur != *=* ]]; then
        compopt -o nospace
        COMPREPLY=($(compgen -W 'name= id= engine= namespace= label= pod= status=' -- "$cur"))
        return
    fi
    case $key in
        name | id | namespace) values=$(_cstop_list "$key") ;;
        pod) values=$(_cstop_list pod | sed 's/.*\///') ;;
        engine) values=$engines ;;
        status) values='created running paused stopped' ;;
    esac
    COMPREPLY=($(compgen -W "$values" -- "${cur#*=}"))
    [[ $COMP_WORDBREAKS == *=* ]] || COMPREPLY=("${COMPREPLY[@]/#/$key=}")
}

_cstop() {
    local cur prev words cword split
    _init_completion -s || return
    local engines='docker containerd kubernetes podman cri-o buildkit buildah runc crun youki'
    case $prev in
        -t | --timeout | --time | --kill-timeout | --schedule)
            return
            ;;
        -s | --signal)
            COMPREPLY=($(compgen -W 'HUP INT QUIT TERM USR1 USR2 WINCH KILL RTMIN+3' -- "$cur"))
            return
            ;;
        --engine)
            COMPREPLY=($(compgen -W "$engines" -- "$cur"))
            return
            ;;
        --namespace)
            COMPREPLY=($(compgen -W "$(_cstop_list namespace)" -- "$cur"))
            return
            ;;
        --pod)
            COMPREPLY=($(compgen -W "$(_cstop_list pod)" -- "$cur"))
            return
            ;;
        -f | --filter)
            _cstop_filter
            return
            ;;
        --progress | --color)
            COMPREPLY=($(compgen -W 'auto always never' -- "$cur"))
            return
            ;;
        --root)
            _filedir -d
            return
            ;;
        --cidfile | --image-config)
            _filedir
            return
            ;;
    esac
    $split && return
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '-a --all -f --filter --pod --engine --namespace --cidfile -i --ignore --root
            -t --timeout --time -s --signal --kill-timeout --schedule --image-config --skip-futile-grace --fail-on-kill
            --no-sandbox -l --list -n --dry-run --json -q --quiet -v --verbose --progress --color -h --help -V --version' -- "$cur"))
        return
    fi
    COMPREPLY=($(compgen -W "$(_cstop_list id) $(_cstop_list name)" -- "$cur"))
} && complete -F _cstop cstop
