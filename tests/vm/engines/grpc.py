# SPDX-License-Identifier: LGPL-2.1-or-later
#
# grpc.py - one unary call over a unix socket, and protocol buffers by tables of field numbers
#
# As much of HTTP/2 (RFC 9113) as that needs: one stream a connection, request headers as literals, and a table
# size of 0 for the answer's, so that HPACK (RFC 7541) has no state.

import socket
import struct

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS, PADDED, PRIORITY = 1, 4, 8, 32


class Error(Exception):
    """What the server answered: a status and its message"""


# ---- headers ----

# Huffman's code is canonical: lengths and order make it.  Beyond these no printable character is left but one.
CODE = {
    5: "012aceiost", 6: " %-./3456789=A_bdfghlmnpru", 7: ":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz", 8: "&*,;XZ",
    10: "!\"()?", 11: "'+|", 12: "#>", 13: "\0$@[]~", 14: "^}", 15: "<`{", 19: "\\",
}


def huffman_table():
    table, code, before = {}, 0, 0
    for length, characters in CODE.items():
        code <<= length - before
        before = length
        for character in characters:
            table[length, code] = character
            code += 1
    return table


HUFFMAN = huffman_table()


def huffman(data):
    text, code, length = "", 0, 0
    for byte in data:
        for shift in range(7, -1, -1):
            code, length = code << 1 | byte >> shift & 1, length + 1
            if (length, code) in HUFFMAN:
                text += HUFFMAN[length, code]
                code = length = 0
    return text


def integer(data, at, bits):
    value = data[at] & (1 << bits) - 1
    at += 1
    if value < (1 << bits) - 1:
        return value, at
    shift = 0
    while True:
        value += (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


def text(data, at):
    length, end = integer(data, at, 7)
    raw = data[end:end + length]
    return (huffman(raw) if data[at] & 128 else raw.decode()), end + length


def headers(block):
    """Those whose names are spelt out: grpc-status and grpc-message do not stand in the static table"""
    found, at = {}, 0
    while at < len(block):
        first = block[at]
        if first & 128:
            _, at = integer(block, at, 7)
        elif first & 0xE0 == 0x20:
            _, at = integer(block, at, 5)
        else:
            name, at = integer(block, at, 6 if first & 64 else 4)
            if name == 0:
                name, at = text(block, at)
            found[name], at = text(block, at)
    return found


def unquoted(message):
    first, *rest = message.encode().split(b"%")
    return (first + b"".join(bytes.fromhex(one[:2].decode()) + one[2:] for one in rest)).decode()


def literal(name, value):
    return b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


# ---- frames ----

def frame(kind, flags, stream, payload):
    return len(payload).to_bytes(3, "big") + struct.pack(">BBI", kind, flags, stream) + payload


def receive(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise Error("the connection ended")
        data += more
    return data


def body(flags, payload):
    """Of DATA and HEADERS: without padding and priority"""
    if flags & PADDED:
        payload = payload[1:len(payload) - payload[0]]
    return payload


def answer(connection):
    data, block, found = b"", b"", {}
    while True:
        head = receive(connection, 9)
        size, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
        payload = receive(connection, size)
        if kind in (SETTINGS, PING) and not flags & 1:
            connection.sendall(frame(kind, 1, 0, payload if kind == PING else b""))
        elif kind == DATA:
            data += body(flags, payload)
        elif kind in (HEADERS, CONTINUATION):
            payload = body(flags, payload) if kind == HEADERS else payload
            block += payload[5:] if kind == HEADERS and flags & PRIORITY else payload
            if flags & END_HEADERS:
                found.update(headers(block))
                block = b""
        elif kind in (RST_STREAM, GOAWAY):
            raise Error("the stream was reset")
        if kind in (DATA, HEADERS) and flags & END_STREAM:
            return data, found


def call(path, method, request, seconds=120):
    """The answer to a request, both as bytes"""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(seconds)
        connection.connect(path)
        block = b"".join(literal(*pair) for pair in (
            (":method", "POST"), (":scheme", "http"), (":path", method), (":authority", "localhost"),
            ("content-type", "application/grpc"), ("te", "trailers")))
        connection.sendall(
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" +
            frame(SETTINGS, 0, 0, struct.pack(">HIHI", 1, 0, 4, 0x7FFFFFFF)) +
            frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 0x7FFF0000)) +
            frame(HEADERS, END_HEADERS, 1, block) +
            frame(DATA, END_STREAM, 1, struct.pack(">BI", 0, len(request)) + request))
        data, found = answer(connection)
    if found.get("grpc-status") != "0":
        raise Error("%s: %s" % (found.get("grpc-status"), unquoted(found.get("grpc-message", ""))))
    return data[5:]


# ---- messages: {"field": (number, type, repeated)}; a type is str, int, bytes, dict (a map of strings) or a name ----

def table(lines):
    """From lines "Message: number name[*] [type]; …", where * is repeated"""
    types, messages = {"": str, "int": int, "bytes": bytes, "map": dict}, {}
    for line in filter(str.strip, lines.splitlines()):
        name, _, fields = line.partition(":")
        messages[name.strip()] = message = {}
        for field in filter(str.strip, fields.split(";")):
            number, field, kind = (field.split() + [""])[:3]
            message[field.rstrip("*")] = (int(number), types.get(kind, kind), field.endswith("*"))
    return messages


def varint(value):
    value &= (1 << 64) - 1
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def encode(messages, name, value):
    out = b""
    for field, content in value.items():
        number, kind, repeated = messages[name][field]
        if kind is dict:
            content = [{"key": k, "value": v} for k, v in content.items()]
        for one in content if repeated or kind is dict else [content]:
            if kind is int:
                out += varint(number << 3) + varint(int(one))
                continue
            raw = one.encode() if kind is str else encode(messages, "KeyValue" if kind is dict else kind, one)
            out += varint(number << 3 | 2) + varint(len(raw)) + raw
    return out


def decode_one(messages, kind, raw):
    if kind is int:
        return raw - (1 << 64) if raw >> 63 else raw
    if kind in (str, bytes):
        return raw.decode(errors="replace")
    return decode(messages, "KeyValue" if kind is dict else kind, raw)


def decode(messages, name, data):
    """A dictionary; fields that no table has are left out"""
    numbers = {number: (field, kind, repeated) for field, (number, kind, repeated) in messages[name].items()}
    value, at = {}, 0
    while at < len(data):
        key, at = integer_of(data, at)
        if key & 7 == 0:
            raw, at = integer_of(data, at)
        else:
            length, at = integer_of(data, at)
            raw, at = data[at:at + length], at + length
        if key >> 3 not in numbers:
            continue
        field, kind, repeated = numbers[key >> 3]
        one = decode_one(messages, kind, raw)
        if kind is dict:
            value.setdefault(field, {})[one.get("key", "")] = one.get("value", "")
        elif repeated:
            value.setdefault(field, []).append(one)
        else:
            value[field] = one
    return value


def integer_of(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at
