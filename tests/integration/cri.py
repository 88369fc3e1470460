#!/usr/bin/python3
"""Drives a containerd CRI socket from a test, since Debian 12 has no crictl. Needs Debian's python3-grpcio.

usage: cri.py SOCKET run-pod NAME UID LOG_DIR CGROUP_PARENT                     -> sandbox id
       cri.py SOCKET run-container SANDBOX NAME IMAGE [OPTION...] [ARG...]      -> container id
              --share-pid          the pod's pid namespace   --grace SECONDS      terminationGracePeriod
              --mount HOST:PATH    a directory of the host   --attempt N          of this container in this pod
       cri.py SOCKET stop CONTAINER SECONDS | remove-pod SANDBOX
       cri.py SOCKET list                                                       -> id, name and state of every one
       cri.py SOCKET status CONTAINER                                           -> state and exit code

The messages are written field by field (runtime.v1 of the CRI), so no generated code is needed. The pod's
configuration is kept in /run/cri-test-SANDBOX between the calls.
"""

import argparse
import sys
import time

import grpc

POD, CONTAINER, NODE = 0, 1, 2  # NamespaceMode
STATES = ["created", "running", "exited", "unknown"]


def varint(n):
    out = b""
    while n > 0x7F:
        out, n = out + bytes([n & 0x7F | 0x80]), n >> 7
    return out + bytes([n])


def message(*fields):
    """fields: (number, value); int -> varint, str/bytes -> length-delimited, dict -> map<string,string>."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        elif isinstance(value, dict):
            for k, v in value.items():
                out += message((number, message((1, k), (2, v))))
        else:
            data = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def fields(data):
    i = 0
    while i < len(data):
        key, i = take(data, i)
        if key & 7 == 0:
            value, i = take(data, i)
        else:
            size, i = take(data, i)
            value, i = data[i : i + size], i + size
        yield key >> 3, value


def take(data, i):
    n = shift = 0
    while True:
        n |= (data[i] & 0x7F) << shift
        i, shift = i + 1, shift + 7
        if not data[i - 1] & 0x80:
            return n, i


def first_string(data):
    return next(v.decode() for n, v in fields(data) if n == 1)


def make_pod_parent(parent, uid):
    """The pod's own cgroup, as kubelet names it: systemd's slices are named by the way to them, and have no other dashes."""
    if parent.endswith(".slice"):
        return f"{parent.removesuffix('.slice')}-pod{uid.replace('-', '_')}.slice"
    return f"{parent}/pod{uid}"


class Cri:
    def __init__(self, socket):
        self._channel = grpc.insecure_channel("unix://" + socket)

    def call(self, method, request):
        method = self._channel.unary_unary(
            "/runtime.v1.RuntimeService/" + method, request_serializer=lambda r: r, response_deserializer=lambda r: r
        )
        return method(request, timeout=110)

    def run_pod(self, name, uid, logs, parent):
        pod = message(
            (1, message((1, name), (2, uid), (3, "default"))),
            (3, logs),
            (6, {"app": "test"}),
            (8, message((1, make_pod_parent(parent, uid)), (2, message((1, message((1, NODE))))))),
        )
        sandbox = first_string(self.call("RunPodSandbox", message((1, pod))))
        with open("/run/cri-test-" + sandbox, "wb") as file:
            file.write(pod)
        return sandbox

    def run_container(self, sandbox, name, image, options):
        with open("/run/cri-test-" + sandbox, "rb") as file:
            pod = file.read()
        namespaces = message((1, NODE), (2, POD if options.share_pid else CONTAINER))
        mounts = [message((1, path), (2, host)) for host, path in (text.split(":") for text in options.mount)]
        # The keys that kubelet sets.
        config = message(
            (1, message((1, name), (2, options.attempt))),
            (2, message((1, image))),
            *[(3, argument) for argument in options.arguments],
            *[(7, mount) for mount in mounts],
            (9, {"io.kubernetes.container.name": name, "io.kubernetes.pod.name": "pod"}),
            (10, {"io.kubernetes.pod.terminationGracePeriod": options.grace}),
            (11, f"{name}-{options.attempt}.log"),
            (15, message((2, message((3, namespaces))))),
        )
        made = first_string(self.call("CreateContainer", message((1, sandbox), (2, config), (3, pod))))
        self.call("StartContainer", message((1, made)))
        return made

    def stop(self, container, seconds):
        self.call("StopContainer", message((1, container), (2, seconds)))

    def remove_pod(self, sandbox):
        self.call("StopPodSandbox", message((1, sandbox)))
        deadline = time.monotonic() + 60
        while True:
            try:
                return self.call("RemovePodSandbox", message((1, sandbox)))
            except grpc.RpcError as error:
                # containerd notes an end a moment after it; the kubelet asks again as well.
                if "still running" not in error.details() or time.monotonic() > deadline:
                    raise
            time.sleep(0.1)

    def list(self):
        for number, value in fields(self.call("ListContainers", b"")):
            if number == 1:
                one = dict(fields(value))
                yield one[1].decode(), first_string(one[3]), STATES[one.get(6, 0)]

    def status(self, container):
        status = dict(fields(dict(fields(self.call("ContainerStatus", message((1, container)))))[1]))
        return STATES[status.get(3, 0)], status.get(7, 0)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    cri, verb, arguments = Cri(sys.argv[1]), sys.argv[2], sys.argv[3:]
    if verb == "run-pod":
        print(cri.run_pod(*arguments))
    elif verb == "run-container":
        parser = argparse.ArgumentParser()
        parser.add_argument("--share-pid", action="store_true")
        parser.add_argument("--grace", default="30")
        parser.add_argument("--mount", action="append", default=[])
        parser.add_argument("--attempt", type=int, default=0)
        parser.add_argument("arguments", nargs=argparse.REMAINDER)
        print(cri.run_container(*arguments[:3], parser.parse_args(arguments[3:])))
    elif verb == "stop":
        cri.stop(arguments[0], int(arguments[1]))
    elif verb == "remove-pod":
        cri.remove_pod(arguments[0])
    elif verb == "list":
        for line in cri.list():
            print(*line)
    elif verb == "status":
        print(*cri.status(arguments[0]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
