# fish completion for cstop

set -g __cstop_engines docker containerd kubernetes podman cri-o buildkit buildah runc crun youki

# What stands under keys of --list --json, as far as it can be typed: others wrote it. What restricts the list on the
# command line restricts it here too.
function __cstop_list
    set -l words (commandline -opc)
    set -l restrictions
    for index in (seq 2 (count $words))
        switch $words[$index]
            case --root --engine
                set -a restrictions $words[$index] $words[(math $index + 1)]
            case '--root=*' '--engine=*'
                set -a restrictions $words[$index]
        end
    end
    for key in $argv
        $words[1] $restrictions --list --json 2>/dev/null | sed -n "s/.*,\"$key\":\"\([A-Za-z0-9_+.\/-]*\)\".*/\1/p"
    end
end

function __cstop_filters
    set -l key (string match -r '([a-z]+)=[^=]*$' -- (commandline -ct))[2]
    switch "$key"
        case name id namespace
            printf "$key=%s\n" (__cstop_list $key)
        case pod
            printf 'pod=%s\n' (__cstop_list pod | sed 's/.*\///')
        case engine
            printf 'engine=%s\n' $__cstop_engines
        case status
            printf 'status=%s\n' created running paused stopped
        case '*'
            printf '%s\n' name= id= engine= namespace= label= pod= status=
    end
end

set -l signals HUP INT QUIT TERM USR1 USR2 WINCH KILL RTMIN+3
set -l when auto always never

complete -c cstop -f -a '(__cstop_list id name)'
complete -c cstop -s a -l all -d 'Every running container'
complete -c cstop -s f -l filter -x -a '(__cstop_filters)' -d 'Every container that matches'
complete -c cstop -l pod -x -a '(__cstop_list pod)' -d 'Every container of this pod'
complete -c cstop -l engine -x -a "$__cstop_engines" -d 'Only this engine'
complete -c cstop -l namespace -x -a '(__cstop_list namespace)' -d 'Only this namespace'
complete -c cstop -l cidfile -r -F -d 'Read an id from a file'
complete -c cstop -s i -l ignore -d 'A missing container is no error'
complete -c cstop -l root -x -a '(__fish_complete_directories)' -d 'Only this state root'
complete -c cstop -s t -l timeout -l time -x -d 'Grace before SIGKILL'
complete -c cstop -s s -l signal -x -a "$signals" -d 'Send this instead'
complete -c cstop -l kill-timeout -x -d 'Wait after each SIGKILL'
complete -c cstop -l schedule -x -d 'Replace the whole escalation'
complete -c cstop -l image-config -r -F -d 'Take the stop signal from this image'
complete -c cstop -l skip-futile-grace -d 'Do not wait for a signal without a handler'
complete -c cstop -l fail-on-kill -d 'Exit with 5 when SIGKILL was needed'
complete -c cstop -l no-sandbox -d 'Keep every privilege'
complete -c cstop -s l -l list -d 'What could be stopped'
complete -c cstop -s n -l dry-run -d 'Say what would be done'
complete -c cstop -l json -d 'One JSON object a container'
complete -c cstop -s q -l quiet -d 'Nothing but errors'
complete -c cstop -s v -l verbose -d 'Every step'
complete -c cstop -l progress -x -a "$when" -d 'Live lines'
complete -c cstop -l color -x -a "$when" -d Colors
complete -c cstop -s h -l help -d Help
complete -c cstop -s V -l version -d 'The version'
