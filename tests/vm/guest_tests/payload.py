"""What the containers run. Each tells by its exit code which signal ended it, so that every engine can be asked."""

RTMIN_PLUS_3 = 37
KILLED = 128 + 9
_TRAPPED = (1, 2, 3, 10, 12, 15, RTMIN_PLUS_3)


def code_of(signal):
    """The exit code of an obedient container that got this signal."""
    return 40 + signal


# A background sleep and `wait`, since a shell runs no trap while a foreground child lives.
_REST = "while :; do sleep 1 & wait; done"

# /out is there in containers of a bare runtime, which has nobody to ask for an exit code.
OBEDIENT = "for n in %s; do trap \"echo $n >>/out/got; exit $((40 + n))\" $n; done 2>/dev/null; %s" % (
    " ".join(map(str, _TRAPPED)), _REST)
STUBBORN = "for n in %s; do trap '' $n; done; sleep 1000 & sleep 1000 & %s" % (" ".join(map(str, _TRAPPED)), _REST)
# Children in sessions of their own: they outlive an init that is not the init of a pid namespace.
WITH_CHILDREN = "setsid sleep 1000 & setsid sleep 1000 & " + OBEDIENT
