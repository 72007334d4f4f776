#!/usr/bin/env python3
"""tools/width_table.py: writes engine/base/width_table.h from Python's Unicode data.

    python3 tools/width_table.py > engine/base/width_table.h

Two columns: East Asian Width W and F. None: marks that sit on another character, formatting characters, and the
Hangul vowels and finals that join the syllable before them. The rest takes one.
"""
import sys
import unicodedata


def columns(code):
    char = chr(code)
    if code == 0xAD:
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf") or 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF:
        return 0
    if 0x20000 <= code <= 0x3FFFD:
        return 2
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def main():
    rows = []
    for code in range(0x80, 0x110000):
        width = columns(code)
        if width != 1:
            if rows and rows[-1][1] == code - 1 and rows[-1][2] == width:
                rows[-1][1] = code
            else:
                rows.append([code, code, width])
    print("/* Made by tools/width_table.py from Unicode %s; do not edit. */" % unicodedata.unidata_version)
    line = "\t"
    for first, last, width in rows:
        cell = "{ 0x%04x, 0x%04x, %d }, " % (first, last, width)
        if len(line) + len(cell) > 104:
            print(line.rstrip())
            line = "\t"
        line += cell
    print(line.rstrip())


sys.exit(main())
