"""A client of containerd's CRI, since Debian 12 has no crictl. Messages are written field by field (runtime.v1)."""
import grpc

_POD, _CONTAINER, _NODE = 0, 1, 2  # NamespaceMode


def _varint(n):
    out = b""
    while n > 0x7F:
        out, n = out + bytes([n & 0x7F | 0x80]), n >> 7
    return out + bytes([n])


def _message(*fields):
    """fields: (number, value); int -> varint, str and bytes -> length-delimited, dict -> map<string, string>."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += _varint(number << 3) + _varint(value)
        elif isinstance(value, dict):
            for key, text in value.items():
                out += _message((number, _message((1, key), (2, text))))
        else:
            data = value.encode() if isinstance(value, str) else value
            out += _varint(number << 3 | 2) + _varint(len(data)) + data
    return out


def _take(data, i):
    n = shift = 0
    while True:
        n |= (data[i] & 0x7F) << shift
        i, shift = i + 1, shift + 7
        if not data[i - 1] & 0x80:
            return n, i


def _fields(data):
    i = 0
    while i < len(data):
        key, i = _take(data, i)
        if key & 7 == 0:
            value, i = _take(data, i)
        else:
            size, i = _take(data, i)
            value, i = data[i:i + size], i + size
        yield key >> 3, value


def _first(data, number, absent=None):
    return next((value for n, value in _fields(data) if n == number), absent)


class Cri:
    def __init__(self, socket):
        self._channel = grpc.insecure_channel("unix://" + socket)
        self._pods = {}

    def _call(self, method, *fields):
        call = self._channel.unary_unary("/runtime.v1.RuntimeService/" + method, request_serializer=lambda r: r,
                                         response_deserializer=lambda r: r)
        return call(_message(*fields), timeout=120, wait_for_ready=True)

    def run_pod(self, name, uid, slice_name):
        """Starts a sandbox on the host's network, as a kubelet with systemd's driver names its slice; gives its id."""
        pod = _message((1, _message((1, name), (2, uid), (3, "default"))), (3, "/run/pods/" + uid), (6, {"app": name}),
                       (8, _message((1, slice_name), (2, _message((1, _message((1, _NODE))))))))
        sandbox = _first(self._call("RunPodSandbox", (1, pod)), 1).decode()
        self._pods[sandbox] = pod
        return sandbox

    def run_container(self, sandbox, name, image, command, pid_namespace=_CONTAINER):
        annotations = {"io.kubernetes.pod.terminationGracePeriod": "30"}
        config = _message((1, _message((1, name))), (2, _message((1, image))), *[(3, word) for word in command],
                          (9, {"io.kubernetes.container.name": name}), (10, annotations), (11, name + ".log"),
                          (15, _message((2, _message((3, _message((1, _NODE), (2, pid_namespace))))))))
        made = _first(self._call("CreateContainer", (1, sandbox), (2, config), (3, self._pods[sandbox])), 1).decode()
        self._call("StartContainer", (1, made))
        return made

    def exit_code(self, container):
        """The exit code, None while it is not CONTAINER_EXITED."""
        status = _first(self._call("ContainerStatus", (1, container)), 1)
        return _first(status, 7, 0) if _first(status, 3, 0) == 2 else None

    def remove_pod(self, sandbox):
        self._call("StopPodSandbox", (1, sandbox))
        self._call("RemovePodSandbox", (1, sandbox))


POD_PID_NAMESPACE, OWN_PID_NAMESPACE = _POD, _CONTAINER
