"""A USB modem for QEMU's usb-redir device: the descriptors of a real family, and behind its AT interface the simulated modem's PTY.

QEMU's own usb-serial is an FTDI adapter, which no modem is. With this one the guest's kernel binds the driver that a real modem has (option, cdc_acm),
numbers its ports, and our udev rules choose the AT port by the interface number. The protocol is usbredir's (usbredirproto.h).
"""
import os
import select
import socket
import struct
import threading
import tty

HELLO, CONNECT, RESET, INTERFACES, ENDPOINTS = 0, 1, 3, 4, 5
SET_CONFIG, GET_CONFIG, CONFIG_STATUS, SET_ALT, GET_ALT, ALT_STATUS = 6, 7, 8, 9, 10, 11
START_INTERRUPT, STOP_INTERRUPT, INTERRUPT_STATUS, CANCEL = 15, 16, 17, 21
CONTROL, BULK = 100, 101
# A device's version when it connects, endpoints' packet sizes, 64-bit ids, 32-bit lengths: xHCI asks for the last three.
CAPABILITIES = (1 << 1) | (1 << 4) | (1 << 5) | (1 << 6)
OK, CANCELLED, STALL = 0, 1, 4
HIGH_SPEED = 2
BULK_SIZE = 512


def option_port(number):
    """One port of a modem for the `option` driver: vendor class, two bulk endpoints."""
    address = number + 1
    return [struct.pack("<BBBBBBBBB", 9, 4, number, 0, 2, 0xFF, 0xFF, 0xFF, 0), endpoint(0x80 | address, 2), endpoint(address, 2)]


def acm_port(number, notify, data):
    """One port for `cdc_acm` (USB CDC 1.2, PSTN 1.2): a communication interface that owns the data interface after it."""
    return [
        struct.pack("<BBBBBBBB", 8, 11, number, 2, 2, 2, 1, 0),
        struct.pack("<BBBBBBBBB", 9, 4, number, 0, 1, 2, 2, 1, 0),
        bytes([5, 0x24, 0x00, 0x10, 0x01]), bytes([5, 0x24, 0x01, 0, number + 1]), bytes([4, 0x24, 0x02, 2]),
        bytes([5, 0x24, 0x06, number, number + 1]), endpoint(0x80 | notify, 3, 16, 9),
        struct.pack("<BBBBBBBBB", 9, 4, number + 1, 0, 2, 10, 0, 0, 0), endpoint(0x80 | data, 2), endpoint(data, 2),
    ]


def endpoint(address, kind, size=BULK_SIZE, interval=0):
    return struct.pack("<BBBBHB", 7, 5, address, kind, size, interval)


# Family: ids, device class, name, descriptors of the interfaces, and the AT port's bulk endpoint (modem-facts §6.1).
FAMILIES = {
    # Diagnostics, NMEA, AT on interface 2, modem, audio: `option`.
    "sim7600": (0x1E0E, 0x9001, (0, 0, 0), "SIM7600", sum((option_port(n) for n in range(5)), []), 3),
    # AT on interface 0, two more ports: `cdc_acm`.
    "ublox": (0x1546, 0x1102, (0xEF, 2, 1), "LISA-U2", acm_port(0, 1, 2) + acm_port(2, 3, 4) + acm_port(4, 5, 6), 2),
}


class UsbModem:
    """Listens for QEMU on `path`; plays `family` with the terminal `link` behind its AT port."""

    def __init__(self, family, path, link):
        self.vendor, self.product, self.kind, self.name, self.parts, self.at = FAMILIES[family]
        self.path, self.link = path, link
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(1)
        threading.Thread(target=self.serve, daemon=True).start()

    def chardev(self):
        return ["-chardev", f"socket,id=modem,path={self.path}"]

    def device(self):
        return ["-device", "usb-redir,chardev=modem,id=stick"]

    def hot_plug(self):
        """The same as orders to a QEMU that runs (QMP)."""
        address = {"type": "unix", "data": {"path": self.path}}
        backend = {"type": "socket", "data": {"addr": address, "server": False}}
        return [("chardev-add", {"id": "modem", "backend": backend}), ("device_add", {"driver": "usb-redir", "chardev": "modem", "id": "stick"})]

    def hot_unplug(self):
        # With the device its chardev goes.
        return [("device_del", {"id": "stick"})]

    def serve(self):
        while True:
            board, _ = self.listener.accept()
            try:
                Session(self, board).run()
            except (OSError, EOFError):
                pass  # The board's power was cut.
            board.close()


class Session:
    """From power on to power off."""

    def __init__(self, modem, board):
        self.modem, self.board = modem, board
        self.wanted = {}  # Reads on the AT port that wait for something to read: how much they take.
        self.idle = {}  # Of reads on other ports: nothing ever comes there.
        self.configuration = 0
        self.port = os.open(modem.link, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.port)

    def run(self):
        try:
            version = b"textback boot-test".ljust(64, b"\0")
            hello = version + struct.pack("<I", CAPABILITIES)
            # Only this one has a short id, on both sides.
            self.board.sendall(struct.pack("<III", HELLO, len(hello), 0) + hello)
            _, length, _ = struct.unpack("<III", self.receive(12))
            self.receive(length)
            self.describe()
            self.send(CONNECT, 0, struct.pack("<BBBBHHH", HIGH_SPEED, *self.modem.kind, self.modem.vendor, self.modem.product, 0x0318))
            while True:
                # What the modem says waits in its terminal until the board asks for it.
                ready, _, _ = select.select([self.board, self.port] if self.wanted else [self.board], [], [])
                if self.board in ready:
                    self.packet()
                if self.port in ready and self.wanted:
                    number = next(iter(self.wanted))
                    data = os.read(self.port, min(self.wanted.pop(number), BULK_SIZE - 1))
                    self.answer(number, 0x80 | self.modem.at, OK, len(data), data)
        finally:
            os.close(self.port)

    def receive(self, octets):
        data = b""
        while len(data) < octets:
            more = self.board.recv(octets - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def send(self, kind, number, body):
        self.board.sendall(struct.pack("<IIQ", kind, len(body), number) + body)

    def packet(self):
        kind, length, number = struct.unpack("<IIQ", self.receive(16))
        body = self.receive(length)
        if kind == SET_CONFIG:
            self.configuration = body[0]
            self.describe()
            self.send(CONFIG_STATUS, number, bytes([OK, body[0]]))
        elif kind == GET_CONFIG:
            self.send(CONFIG_STATUS, number, bytes([OK, self.configuration]))
        elif kind == SET_ALT:
            self.send(ALT_STATUS, number, bytes([OK, body[0], body[1]]))
        elif kind == GET_ALT:
            self.send(ALT_STATUS, number, bytes([OK, body[0], 0]))
        elif kind in (START_INTERRUPT, STOP_INTERRUPT):
            self.send(INTERRUPT_STATUS, number, bytes([OK, body[0]]))
        elif kind == CONTROL:
            self.control(number, body)
        elif kind == BULK:
            self.bulk(number, body)
        elif kind == CANCEL:
            if number in self.wanted:
                del self.wanted[number]
                self.answer(number, 0x80 | self.modem.at, CANCELLED, 0)
            elif number in self.idle:
                self.answer(number, self.idle.pop(number), CANCELLED, 0)

    def answer(self, number, address, status, length, data=b""):
        self.send(BULK, number, struct.pack("<BBHIH", address, status, length, 0, 0) + data)

    def bulk(self, number, body):
        address, _, length, _, _ = struct.unpack("<BBHIH", body[:10])
        if address & 0x80:
            if address & 0x7F == self.modem.at:
                self.wanted[number] = length
            else:
                self.idle[number] = address
            return
        if address == self.modem.at:
            data = body[10:]
            while data:
                data = data[os.write(self.port, data):]
        self.answer(number, address, OK, length)

    def control(self, number, body):
        address, request, kind, _, value, index, length = struct.unpack("<BBBBHHH", body[:10])
        status, data = OK, b""
        if kind == 0x80 and request == 6:  # GET_DESCRIPTOR
            data = self.descriptor(value >> 8, value & 0xFF)
            status = OK if data else STALL
        elif kind & 0x80 and request == 0x21:  # GET_LINE_CODING
            data = struct.pack("<IBBB", 115200, 0, 0, 8)
        elif kind & 0x80:
            data = bytes(min(length, 2))  # GET_STATUS and the like: nothing special.
        data = data[:length]
        answered = len(data) if kind & 0x80 else length
        self.send(CONTROL, number, struct.pack("<BBBBHHH", address, request, kind, status, value, index, answered) + data)

    def descriptor(self, kind, index):
        if kind == 1:
            ids = (self.modem.vendor, self.modem.product, 0x0318)
            return struct.pack("<BBHBBBBHHHBBBB", 18, 1, 0x0200, *self.modem.kind, 64, *ids, 1, 2, 3, 1)
        if kind == 2:
            parts = b"".join(self.modem.parts)
            interfaces = len({part[2] for part in self.modem.parts if part[1] == 4})
            return struct.pack("<BBHBBBBB", 9, 2, 9 + len(parts), interfaces, 1, 0, 0xA0, 250) + parts
        if kind == 3:
            text = ["", "Simulated", self.modem.name, "0123456789"][index] if index < 4 else ""
            words = text.encode("utf-16-le") if index else struct.pack("<H", 0x0409)
            return bytes([2 + len(words), 3]) + words
        return b""

    def describe(self):
        """Interfaces and endpoints, as usbredir wants to know them beside the descriptors."""
        numbers, classes, subclasses, protocols = (bytearray(32) for _ in range(4))
        kinds, intervals, owners, sizes = bytearray([255] * 32), bytearray(32), bytearray(32), [0] * 32
        kinds[0] = kinds[16] = 0
        sizes[0] = sizes[16] = 64
        count, owner = 0, 0
        for part in self.modem.parts:
            if part[1] == 4:
                owner = part[2]
                numbers[count], classes[count], subclasses[count], protocols[count] = owner, part[5], part[6], part[7]
                count += 1
            elif part[1] == 5:
                place = (part[2] & 0x80) >> 3 | part[2] & 0x0F
                kinds[place], intervals[place], owners[place] = part[3], part[6], owner
                sizes[place] = struct.unpack("<H", part[4:6])[0]
        self.send(INTERFACES, 0, struct.pack("<I", count) + bytes(numbers + classes + subclasses + protocols))
        self.send(ENDPOINTS, 0, bytes(kinds + intervals + owners) + struct.pack("<32H", *sizes))
