"""Starts a program that reaches a socket of the host as a port of its own loopback device.

    python3 -I -S -B relay.py PORT SOCKET PROGRAM [ARGUMENT ...]

What is sent to 127.0.0.1:PORT is passed on to the Unix socket SOCKET by a process of its own, byte for byte and
both ways. This process then becomes PROGRAM: its process id, files, variables and working directory are those with
which this one was started; but what names a proxy does not name it for that address. The port is open before PROGRAM begins.

Whoever listens at SOCKET is told by HTTP, just before, by `POST /.aero/launched`, and answers with a word; if PROGRAM then
cannot be started, by `POST /.aero/refused/WORD`, which PROGRAM does not know. If it was told neither, nothing was started.
Python 3.8 or later, standard library only.
"""

import os
import resource
import selectors
import signal
import socket
import sys

CHUNK_BYTES = 64 * 1024
BACKLOG = 1024
TELL_SECONDS = 30
ADDRESS = b"127.0.0.1"
PROXIES = (b"http_proxy", b"HTTP_PROXY", b"all_proxy", b"ALL_PROXY")
# As shells have it for what could not be started.
NOT_STARTED = 127


class Flow:
    """Bytes on their way in one direction: at most one chunk is held."""

    def __init__(self, source, target):
        self.source = source
        self.target = target
        self.held = b""
        self.open = True

    def read(self):
        self.held = self.source.recv(CHUNK_BYTES)
        if not self.held:
            self._end()

    def write(self):
        self.held = self.held[self.target.send(self.held) :]

    def _end(self):
        self.open = False
        self.target.shutdown(socket.SHUT_WR)


class Pair:
    """Two connections, and what flows between them."""

    def __init__(self, near, far):
        self.sockets = (near, far)
        self.flows = (Flow(near, far), Flow(far, near))

    def is_open(self):
        return any(flow.open for flow in self.flows)

    def wanted(self, one):
        """What to wait for at one of the two: to read where nothing is held, to write where something is."""
        events = 0
        for flow in self.flows:
            if flow.open and not flow.held and flow.source is one:
                events |= selectors.EVENT_READ
            if flow.held and flow.target is one:
                events |= selectors.EVENT_WRITE
        return events

    def move(self, one, events):
        for flow in self.flows:
            if events & selectors.EVENT_WRITE and flow.held and flow.target is one:
                flow.write()
            if events & selectors.EVENT_READ and flow.open and not flow.held and flow.source is one:
                flow.read()


class Relay:
    """Accepts at one socket, and connects each to a path."""

    def __init__(self, listener, path, most_pairs):
        self.listener = listener
        self.path = path
        self.most_pairs = most_pairs
        self.pairs = 0
        self.selector = selectors.DefaultSelector()
        self.waited = {}

    def run(self):
        self.listener.setblocking(False)
        self._wait(self.listener, selectors.EVENT_READ, None)
        while True:
            for key, events in self.selector.select():
                if key.fileobj is self.listener:
                    self._accept()
                elif self.waited.get(key.fileobj):
                    self._move(key.data, key.fileobj, events)

    def _accept(self):
        try:
            near, _ = self.listener.accept()
        except OSError:
            return
        far = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            far.connect(self.path)
        except OSError:
            # Nobody listens there any more.
            far.close()
            near.close()
            return
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pair = Pair(near, far)
        for one in pair.sockets:
            one.setblocking(False)
        self.pairs += 1
        self._watch(pair)
        # The rest waits in the backlog.
        if self.pairs >= self.most_pairs:
            self._wait(self.listener, 0, None)

    def _move(self, pair, one, events):
        try:
            pair.move(one, events)
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            self._close(pair)
            return
        if pair.is_open():
            self._watch(pair)
        else:
            self._close(pair)

    def _watch(self, pair):
        for one in pair.sockets:
            self._wait(one, pair.wanted(one), pair)

    def _wait(self, one, events, pair):
        before = self.waited.get(one, 0)
        if events == before:
            return
        self.waited[one] = events
        if before == 0:
            self.selector.register(one, events, pair)
        elif events == 0:
            self.selector.unregister(one)
        else:
            self.selector.modify(one, events, pair)

    def _close(self, pair):
        for one in pair.sockets:
            self._wait(one, 0, pair)
            del self.waited[one]
            one.close()
        self.pairs -= 1
        self._wait(self.listener, selectors.EVENT_READ, None)


def most_pairs():
    """How many connections there may be, two files each."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    except (OSError, ValueError):
        pass
    files = 4096 if soft == resource.RLIM_INFINITY else soft
    return max(1, (min(files, 4096) - 16) // 2)


def relay_apart(listener, path):
    """Relays in a process that is no child of this one, holds none of its files and gets none of its signals."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        if status != 0:
            raise OSError("its process could not be started")
        return
    status = 1
    try:
        if os.fork():
            status = 0
            return
        os.setsid()
        os.chdir("/")
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nothing, standard)
        Relay(listener, path, most_pairs()).run()
    finally:
        os._exit(status)


def tell(path, what):
    """Tells whoever listens at the socket, and gives the answer's body; raises OSError if it is not aero."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(TELL_SECONDS)
        connection.connect(path)
        connection.sendall(b"POST /.aero/%s HTTP/1.0\r\nContent-Length: 0\r\n\r\n" % what)
        answer = b"".join(iter(lambda: connection.recv(CHUNK_BYTES), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    if head.split()[1:2] != [b"200"]:
        raise OSError("it did not answer")
    return body


def own_variables():
    """The variables with which this process was started; Python itself adds to those that it hands on (PEP 538)."""
    with open("/proc/self/environ", "rb") as file:
        lines = file.read().split(b"\0")
    return dict(line.split(b"=", 1) for line in lines if b"=" in line)


def reaching_own_port(variables):
    """The same variables; where some name a proxy, it is not asked for what is at this address."""
    if not any(variables.get(name) for name in PROXIES):
        return variables
    changed = dict(variables)
    for name, other in ((b"NO_PROXY", b"no_proxy"), (b"no_proxy", b"NO_PROXY")):
        excepted = variables.get(name) or variables.get(other) or b""
        if excepted != b"*" and ADDRESS not in excepted:
            excepted = b",".join(filter(None, (excepted, ADDRESS)))
        changed[name] = excepted
    return changed


def main(arguments):
    port, path, command = int(arguments[0]), arguments[1], arguments[2:]
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind((ADDRESS.decode(), port))
    listener.listen(BACKLOG)
    relay_apart(listener, path)
    variables = reaching_own_port(own_variables())
    # Python ignores them, and what is ignored stays so across exec.
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_DFL)
    word = tell(path, b"launched")
    try:
        os.execvpe(command[0], command, variables)
    except OSError:
        tell(path, b"refused/" + word)


try:
    main(sys.argv[1:])
except OSError as error:
    print("aero: no relay: %s" % error, file=sys.stderr)
os._exit(NOT_STARTED)
