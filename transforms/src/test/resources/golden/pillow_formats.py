"""Records what Pillow reads of image files, for FormatsTest.

Run without arguments to write pillow_formats.json: small files of every format, many of them odd.
Run with FOLDER OUT to record a folder of any images: OUT/NAME.white and OUT/NAME.keep are width and
height (big-endian) and RGB pixels, in front of white and without their opacity. Then compare with
    mvn test -pl transforms -am -Dtest=FormatsTest -Dsurefire.failIfNoSpecifiedTests=false \
        -Dpillow.folder=FOLDER -Dpillow.pixels=OUT

Debian: python3-pil, and without arguments python3-numpy, python3-tifffile, libtiff-tools, webp,
libjpeg-turbo-progs.
"""
import base64
import hashlib
import io
import json
import os
import struct
import subprocess
import sys
import tempfile
import warnings
import zlib

import PIL
from PIL import Image, ImageOps, features

warnings.simplefilter("ignore")
WHITE, KEEP = "white", "keep"


def read(file):
    """Returns pixels by background; Pillow's exceptions pass."""
    image = Image.open(io.BytesIO(file))
    if image.format != "TIFF":  # which is turned upright when it is loaded
        image = ImageOps.exif_transpose(image)
    image.load()
    if image.mode.startswith("I"):
        # Deviation: Pillow clips 16 bits to 255; we scale them.
        values = [(v * 255 + 32895) >> 16 for v in image.getdata()]
        image = Image.new("L", image.size)
        image.putdata(values)
    pixels = {KEEP: image.convert("RGB")}
    if "A" in image.getbands() or "transparency" in image.info:
        front = image.convert("RGBA")
        white = Image.new("RGBA", front.size, (255, 255, 255, 255))
        white.alpha_composite(front)
        pixels[WHITE] = white.convert("RGB")
    else:
        pixels[WHITE] = pixels[KEEP]
    return pixels


def record_folder(folder, out):
    os.makedirs(out, exist_ok=True)
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            content = file.read()
        try:
            pixels = read(content)
        except Exception as e:
            print("%s: %s" % (name, e))
            continue
        for background, image in pixels.items():
            with open(os.path.join(out, "%s.%s" % (name, background)), "wb") as file:
                file.write(struct.pack(">II", *image.size) + image.tobytes())


if len(sys.argv) == 3:
    record_folder(sys.argv[1], sys.argv[2])
    sys.exit()

import numpy as np
import tifffile

W, H = 21, 18
ROWS, COLUMNS = np.mgrid[0:H, 0:W]


def photo(seed):
    noise = np.random.RandomState(seed)
    channels = [128 + 90 * np.sin(COLUMNS * a + ROWS * b + seed) + noise.normal(0, 6, (H, W))
                for a, b in ((.15, .05), (.02, .31), (.3, .2))]
    return np.clip(np.stack(channels, -1), 0, 255).astype(np.uint8)


RGB = photo(0)
OPACITY = np.clip(COLUMNS * 16 - 40, 0, 255).astype(np.uint8)
RGB16 = photo(3).astype(np.uint16) * 257 ^ np.random.RandomState(1).randint(0, 256, (H, W, 3)).astype(np.uint16)
BE16 = RGB16.astype(">u2")
PALETTE = np.random.RandomState(5).randint(0, 256, (256, 4)).astype(np.uint8)
colour = Image.fromarray(RGB)
grey = colour.convert("L")
GREY = np.array(grey)
bilevel = grey.convert("1")
rgba = Image.fromarray(np.dstack([RGB, OPACITY]))
la = Image.merge("LA", (grey, Image.fromarray(OPACITY)))
indexed = colour.quantize(12)
more = [Image.fromarray(photo(seed)) for seed in (1, 2)]

cases = []
shared = {}


def share(image):
    content = image.tobytes()
    key = hashlib.sha256(content + bytes(image.size)).hexdigest()[:8]
    shared[key] = dict(width=image.size[0], height=image.size[1], values=base64.b64encode(content).decode())
    return key


def add(name, file, reason=None, deviation=None, like=None):
    """Adds a file.

    reason: of our rejection; deviation: why we differ from Pillow; like: pixels that we give then
    """
    case = dict(name=name, file=base64.b64encode(file).decode())
    if reason is not None:
        case["reason"] = reason
    else:
        pixels = {WHITE: like, KEEP: like} if like is not None else read(file)
        case.update({background: share(image) for background, image in pixels.items()})
    if deviation is not None:
        case["deviation"] = deviation
    cases.append(case)


def saved(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def tool(name, *arguments, **files):
    """Runs a command on files, and returns what it writes to OUT."""
    with tempfile.TemporaryDirectory() as folder:
        for key, content in files.items():
            with open(os.path.join(folder, key), "wb") as file:
                file.write(content)
        subprocess.run([name, *arguments], cwd=folder, check=True, capture_output=True)
        with open(os.path.join(folder, "OUT"), "rb") as file:
            return file.read()


def le(format, *values):
    return struct.pack("<" + format, *values)


def be(format, *values):
    return struct.pack(">" + format, *values)


# --- WebP ---

add("lossy.webp", saved(colour, "WEBP", quality=80))
add("lossy, low quality.webp", saved(colour, "WEBP", quality=5))
add("lossless.webp", saved(colour, "WEBP", lossless=True))
add("lossy with opacity.webp", saved(rgba, "WEBP", quality=80))
add("lossless with opacity.webp", saved(rgba, "WEBP", lossless=True))
add("1 x 1.webp", saved(colour.resize((1, 1)), "WEBP"))
exif = Image.Exif()
exif[0x112] = 6
add("exif 6.webp", saved(colour, "WEBP", exif=exif))
add("profile that is none.webp", saved(colour, "WEBP", icc_profile=b"x" * 90))
add("animated.webp", saved(colour, "WEBP", save_all=True, append_images=more))
add("animated, lossless, with opacity.webp",
    saved(rgba, "WEBP", save_all=True, append_images=[rgba.rotate(90)], lossless=True))
part = saved(rgba.crop((0, 0, 8, 6)), "WEBP", lossless=True)
add("animated, part of the canvas.webp", tool(
    "webpmux", "-frame", "part", "+100+4+6+1-b", "-frame", "whole", "+100+0+0", "-o", "OUT",
    part=part, whole=saved(colour, "WEBP")))
part = saved(rgba.crop((0, 0, 8, 6)), "WEBP", quality=70)
add("animated, lossy part with opacity.webp", tool(
    "webpmux", "-frame", "part", "+100+4+6+0+b", "-frame", "whole", "+100+0+0", "-bgcolor", "255,9,8,7",
    "-o", "OUT", part=part, whole=saved(colour, "WEBP")))
webp = saved(colour, "WEBP")
add("cut.webp", webp[:-9], reason="truncated WebP")
add("spoiled.webp", webp[:32] + b"\xff" * 40 + webp[72:], reason="corrupt WebP")

# --- TIFF ---

for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits", "jpeg"):
    add("%s.tif" % compression, saved(colour, "TIFF", compression=compression))
for compression in ("raw", "group3", "group4", "tiff_ccitt", "packbits"):
    add("bilevel, %s.tif" % compression, saved(bilevel, "TIFF", compression=compression))
for compression in ("zstd", "lzma"):
    add("%s.tif" % compression, saved(colour, "TIFF", compression=compression),
        reason="TIFF of a compression or colour space that is not supported")
add("grey.tif", saved(grey, "TIFF", compression="tiff_lzw"))
add("rgba.tif", saved(rgba, "TIFF", compression="tiff_lzw"))
add("grey with opacity.tif", saved(la, "TIFF"))
add("palette.tif", saved(indexed, "TIFF", compression="tiff_lzw"))
for compression in ("raw", "tiff_lzw", "jpeg"):
    add("cmyk, %s.tif" % compression, saved(colour.convert("CMYK"), "TIFF", compression=compression))
add("lab.tif", saved(colour.convert("LAB"), "TIFF"),
    reason="TIFF of a compression or colour space that is not supported")
add("pages.tif", saved(colour, "TIFF", save_all=True, append_images=more))
add("grey of 16 bits.tif", saved(Image.fromarray(RGB16[:, :, 0]), "TIFF"))
for orientation in (2, 3, 5, 6, 8):
    add("orientation %d.tif" % orientation, saved(colour, "TIFF", tiffinfo={0x112: orientation}))


def tiff(values, **options):
    out = io.BytesIO()
    tifffile.imwrite(out, values, metadata=None, **options)
    return out.getvalue()


PLANES = np.moveaxis(RGB, -1, 0)
raw = tiff(RGB, photometric="rgb")
add("16 bits.tif", tiff(RGB16, photometric="rgb"))
add("16 bits, big-endian.tif", tiff(RGB16, photometric="rgb", byteorder=">"))
add("big-endian.tif", tiff(RGB, photometric="rgb", byteorder=">"))
add("planar.tif", tiff(PLANES, photometric="rgb", planarconfig="separate"))
add("tiles.tif", tiff(RGB, photometric="rgb", tile=(16, 16)))
add("tiles, planar.tif", tiff(PLANES, photometric="rgb", planarconfig="separate", tile=(16, 32)))
add("white is 0.tif", tiff(GREY, photometric="miniswhite"))
add("white is 0, 16 bits.tif", tiff(RGB16[:, :, 0], photometric="miniswhite"),
    deviation="Pillow does not invert it", like=Image.fromarray(
        (((65535 - RGB16[:, :, 0].astype(int)) * 255 + 32895) >> 16).astype(np.uint8)).convert("RGB"))
add("BigTIFF.tif", tiff(RGB, photometric="rgb", bigtiff=True))
add("strips of 5 rows.tif", tiff(RGB, photometric="rgb", rowsperstrip=5))
add("multiplied opacity.tif", tiff(
    np.dstack([(RGB.astype(int) * OPACITY[..., None] // 255).astype(np.uint8), OPACITY]),
    photometric="rgb", extrasamples=["assocalpha"]))
add("unspecified fourth sample.tif",
    tiff(np.dstack([RGB, OPACITY]), photometric="rgb", extrasamples=["unspecified"]))
add("rgba of 16 bits.tif", tiff(
    np.dstack([RGB16, OPACITY.astype(np.uint16) * 257]), photometric="rgb", extrasamples=["unassalpha"]))
for name, values in (("floats", RGB[:, :, 0].astype(np.float32)), ("32 bits", GREY.astype(np.uint32)),
                     ("signed", GREY.astype(np.int16))):
    add("%s.tif" % name, tiff(values, photometric="minisblack"),
        reason="TIFF of signed, 32-bit or floating-point numbers, which is not supported")
add("5 channels.tif", tiff(np.dstack([RGB, RGB[:, :, :2]]), photometric="minisblack", planarconfig="contig"),
    reason="TIFF of more than 4 channels, which is not supported")
add("stack.tif", tiff(np.stack([GREY] * 3), photometric="minisblack"))
for options in ("-c lzw:2", "-c zip:2", "-t -w 32 -l 16 -c lzw", "-p separate -c lzw",
                "-p separate -t -w 16 -l 16 -c zip:2", "-r 16 -c jpeg:90", "-r 16 -c jpeg:r:90",
                "-t -w 32 -l 32 -c jpeg:90", "-f lsb2msb -c lzw", "-B -c zip", "-8 -c lzw"):
    add("tiffcp %s.tif" % options, tool("tiffcp", *options.split(), "in", "OUT", **{"in": raw}))
for options in ("-c lzw:2", "-B -c zip:2", "-t -w 16 -l 16 -c zip"):
    add("16 bits, tiffcp %s.tif" % options,
        tool("tiffcp", *options.split(), "in", "OUT", **{"in": tiff(RGB16, photometric="rgb")}))
for options in ("-c g3:2d", "-c g3:fill", "-f lsb2msb -c g4"):
    add("bilevel, tiffcp %s.tif" % options,
        tool("tiffcp", *options.split(), "in", "OUT", **{"in": saved(bilevel, "TIFF")}))


def packed(values, bits):
    """Returns rows of small numbers, several in a byte."""
    few = np.unpackbits(values.astype(np.uint8)[..., None], axis=2)[:, :, 8 - bits:]
    return np.packbits(few.reshape(values.shape[0], -1), axis=1)


def few_bits(bits, photometric, colours=()):
    data = packed(GREY >> (8 - bits), bits).tobytes()
    tags = [(256, 3, 1, W), (257, 3, 1, H), (258, 3, 1, bits), (259, 3, 1, 1), (262, 3, 1, photometric),
            (273, 4, 1, 0), (277, 3, 1, 1), (278, 3, 1, H), (279, 4, 1, len(data))]
    if len(colours):
        tags.append((320, 3, len(colours), 0))
    end = 8 + 2 + 12 * len(tags) + 4
    entries = b""
    for tag, type, count, value in tags:
        value = end + 2 * len(colours) if tag == 273 else end if tag == 320 else value
        entries += le("HHII", tag, type, count, value)
    return (b"II*\0" + le("IH", 8, len(tags)) + entries + le("I", 0)
            + le("%dH" % len(colours), *colours) + data)


wide = [int(c) for c in np.random.RandomState(2).randint(0, 65536, 48)]
add("grey of 2 bits.tif", few_bits(2, 1))
add("grey of 4 bits.tif", few_bits(4, 1))
add("grey of 4 bits, white is 0.tif", few_bits(4, 0))
add("bilevel, white is 0.tif", few_bits(1, 0))
add("palette of 4 bits.tif", few_bits(4, 3, wide))
add("palette of 1 bit.tif", few_bits(1, 3, wide[:6]))
add("cut.tif", few_bits(4, 1)[:-20], reason="truncated TIFF")
add("cut in its directory.tif", few_bits(4, 1)[:30], reason="truncated TIFF")
lzw = saved(grey, "TIFF", compression="tiff_lzw")
add("spoiled.tif", lzw[:8] + b"\xff" * 30 + lzw[38:], reason="corrupt TIFF")

# --- BMP ---

for name, image in (("rgb", colour), ("grey", grey), ("palette", indexed), ("bilevel", bilevel), ("rgba", rgba)):
    add("%s.bmp" % name, saved(image, "BMP"))


def bmp(bits, data, compression=0, palette=b"", header=40, masks=b"", top_down=False, colours=0):
    if header == 12:
        head = le("IHHHH", 12, W, H, 1, bits)
    else:
        head = le("IiiHHIIiiII", header, W, -H if top_down else H, 1, bits, compression, len(data),
                  2835, 2835, colours, 0)
        if header > 40:
            head += (masks + b"\0" * header)[:header - 40]
            masks = b""
    offset = 14 + len(head) + len(masks) + len(palette)
    return b"BM" + le("IHHI", offset + len(data), 0, 0, offset) + head + masks + palette + data


def bottom_up(values):
    rows = [row.tobytes() for row in values[::-1]]
    return b"".join(row + b"\0" * (-len(row) % 4) for row in rows)


BGR = RGB[:, :, ::-1]
red, green, blue = (RGB[:, :, i].astype("<u2") for i in range(3))
colours4 = PALETTE.tobytes()
colours3 = PALETTE[:, :3].tobytes()
add("top down.bmp", bmp(24, bottom_up(BGR[::-1]), top_down=True))
add("5, 5, 5.bmp", bmp(16, bottom_up(red >> 3 << 10 | green >> 3 << 5 | blue >> 3)))
add("5, 6, 5.bmp", bmp(16, bottom_up(red >> 3 << 11 | green >> 2 << 5 | blue >> 3), 3,
                       masks=le("III", 0xf800, 0x7e0, 0x1f)))
BGRA = bottom_up(np.dstack([BGR, OPACITY]))
add("32 bits.bmp", bmp(32, BGRA))
add("32 bits by masks.bmp", bmp(32, BGRA, 3, masks=le("III", 0xff0000, 0xff00, 0xff)))
add("32 bits, red last.bmp", bmp(32, bottom_up(np.dstack([OPACITY, BGR])), 3,
                                 masks=le("III", 0xff000000, 0xff0000, 0xff00)))
add("opacity, version 5.bmp", bmp(32, BGRA, 3, header=124,
                                  masks=le("IIII", 0xff0000, 0xff00, 0xff, 0xff000000)))
add("no opacity, version 4.bmp", bmp(32, BGRA, 3, header=108, masks=le("IIII", 0xff0000, 0xff00, 0xff, 0)))
add("version 5.bmp", bmp(24, bottom_up(BGR), header=124))
add("OS2, palette.bmp", bmp(8, bottom_up(GREY), palette=colours3, header=12))
add("OS2.bmp", bmp(24, bottom_up(BGR), header=12))
add("OS2 version 2.bmp", bmp(24, bottom_up(BGR), header=64))
add("4 bits.bmp", bmp(4, bottom_up(packed(GREY >> 4, 4)), palette=colours4[:64]))
add("1 bit.bmp", bmp(1, bottom_up(packed(GREY >> 7, 1)), palette=colours4[:8]))
add("10 colours.bmp", bmp(4, bottom_up(packed(np.minimum(GREY >> 4, 9), 4)), palette=colours4[:40], colours=10))


def runs(values, literal, half=False):
    out = b""
    for row in values[::-1]:
        at = 0
        while at < W:
            end = at
            while end < W and row[end] == row[at]:
                end += 1
            if literal and end - at < 3 and W - at >= 3:
                end = min(W, at + 7)
                some = row[at:end]
                content = packed(some[None], 4).tobytes() if half else some.tobytes()
                out += bytes([0, end - at]) + content + b"\0" * (len(content) % 2)
            else:
                out += bytes([end - at, row[at] * 17 if half else row[at]])
            at = end
        out += b"\0\0"
    return out + b"\0\1"


add("runs.bmp", bmp(8, runs(GREY >> 5, False), 1, palette=colours4[:64], colours=16))
add("runs and literals.bmp", bmp(8, runs(GREY >> 5, True), 1, palette=colours4[:64], colours=16))
add("runs of 4 bits.bmp", bmp(4, runs(GREY >> 5, False, True), 2, palette=colours4[:64]))
stepped = np.zeros((H, W), np.uint8)
stepped[H - 1, 0:5] = 3
stepped[H - 4, 15:20] = 7
add("runs with a step.bmp",
    bmp(8, bytes([5, 3, 0, 2, 10, 3, 5, 7, 0, 1]), 1, palette=colours4[:64], colours=16),
    deviation="Pillow reads a step twice",
    like=Image.fromarray(PALETTE[:, 2::-1][stepped]))
add("cut.bmp", bmp(24, bottom_up(BGR))[:-99], reason="truncated BMP")
add("runs, cut.bmp", bmp(8, runs(GREY >> 5, False), 1, palette=colours4[:64], colours=16)[:-40],
    reason="truncated BMP")
add("JPEG inside.bmp", bmp(24, saved(colour, "JPEG"), 4),
    reason="BMP of a compression or depth that is not supported")

# --- GIF ---

for name, image in (("rgb", colour), ("grey", grey), ("palette", indexed), ("bilevel", bilevel), ("rgba", rgba)):
    add("%s.gif" % name, saved(image, "GIF"))
add("animated.gif", saved(colour, "GIF", save_all=True, append_images=more))
add("transparent.gif", saved(indexed, "GIF", transparency=5))


def gif(values, screen=(W, H), place=(0, 0), bits=4, local=False, transparent=None, interlaced=False,
        extension=b"", trailer=b";", palette=True):
    colours = colours3[:3 << bits] if palette else b""
    flags = 0x80 | bits - 1
    file = b"GIF89a" + le("HHBBB", *screen, flags if palette and not local else 0, 7, 0)
    file += b"" if local else colours
    file += extension
    if transparent is not None:
        file += b"!\xf9\4\1\0\0" + bytes([transparent]) + b"\0"
    height, width = values.shape
    file += b"," + le("HHHHB", *place, width, height,
                      (flags if palette and local else 0) | (0x40 if interlaced else 0))
    file += colours if local else b""
    if interlaced:
        values = np.concatenate([values[0::8], values[4::8], values[2::4], values[1::2]])
    stored, used = 0, 0
    code_bits = max(2, bits)
    for i, value in enumerate(values.flatten()):  # codes of one length
        for code in ([1 << code_bits] if i % ((1 << code_bits) - 2) == 0 else []) + [int(value)]:
            stored |= code << used
            used += code_bits + 1
    stored |= ((1 << code_bits) + 1) << used
    data = stored.to_bytes((used + code_bits + 8) // 8, "little")
    file += bytes([code_bits])
    for at in range(0, len(data), 255):
        file += bytes([len(data[at:at + 255])]) + data[at:at + 255]
    return file + b"\0" + trailer


few = GREY >> 4
small = few[:9, :13]
add("part of the screen.gif", gif(small, place=(5, 3)))
add("part of the screen, transparent.gif", gif(small, place=(5, 3), transparent=9))
add("part of the screen, own palette.gif", gif(small, place=(5, 3), local=True))
add("beyond the screen.gif", gif(few, screen=(15, 12), place=(4, 2)))
add("own palette.gif", gif(few, local=True))
add("interlaced.gif", gif(few, interlaced=True))
add("no palette.gif", gif(few, palette=False))
add("without its end.gif", gif(few, trailer=b""))
add("comment.gif", gif(few, extension=b"!\xfe\5hello\0"))
add("2 colours.gif", gif(few >> 3, bits=1))
add("cut.gif", gif(few)[:-60], reason="truncated GIF")
add("without an image.gif", gif(few)[:61] + b";", reason="corrupt GIF")

# --- PNM ---


def text(values, per_line=7):
    numbers = [str(v) for v in values.flatten()]
    lines = (" ".join(numbers[i:i + per_line]) for i in range(0, len(numbers), per_line))
    return "\n".join(lines).encode() + b"\n"


size = b"%d %d" % (W, H)
add("bytes.ppm", saved(colour, "PPM"))
add("bytes.pgm", saved(grey, "PPM"))
add("bits.pbm", saved(bilevel, "PPM"))
add("comments.pgm", b"P5\n# by hand\n%d # wide\n%d\n# greatest\n255\n" % (W, H) + GREY.tobytes())
add("greatest value of 100.pgm", b"P5 " + size + b" 100\n" + (GREY // 3).astype(np.uint8).tobytes())
add("16 bits.pgm", b"P5\n" + size + b"\n65535\n" + BE16[:, :, 0].tobytes())
add("16 bits.ppm", b"P6\n" + size + b"\n65535\n" + BE16.tobytes())
add("text.ppm", b"P3\n" + size + b"\n255\n" + text(RGB))
add("text.pgm", b"P2\n" + size + b"\n255\n# grey\n" + text(GREY))
add("text.pbm", b"P1\n" + size + b"\n" + text(GREY >> 7))
add("cut.ppm", saved(colour, "PPM")[:-5], reason="truncated PNM")
add("text, cut.pgm", b"P2\n" + size + b"\n255\n" + text(GREY)[:-400], reason="truncated PNM")
add("letters.pgm", b"P2\n" + size + b"\n255\n" + text(GREY).replace(b"1", b"x"), reason="corrupt PNM")

# --- JPEG 2000 ---

add("rgb.jp2", saved(colour, "JPEG2000"))
add("grey.jp2", saved(grey, "JPEG2000"))
add("lossy.jp2", saved(colour, "JPEG2000", irreversible=True, quality_mode="rates", quality_layers=[5]))
add("tiles.jp2", saved(colour, "JPEG2000", tile_size=(16, 16)))
add("codestream.j2k", saved(colour, "JPEG2000", no_jp2=True))
other = "JPEG 2000 other than 8-bit grey or RGB, which is not supported"
add("rgba.jp2", saved(rgba, "JPEG2000"), reason=other)
add("16 bits.jp2", saved(Image.fromarray(RGB16[:, :, 0]), "JPEG2000"), reason=other)
add("cut.jp2", saved(colour, "JPEG2000")[:-100], reason="truncated JPEG 2000")

# --- JPEG ---

plain = saved(colour, "JPEG", quality=90)


def cjpeg(*options):
    return tool("cjpeg", *options, "-outfile", "OUT", "in.ppm", **{"in.ppm": saved(colour, "PPM")})


def segments(file):
    found, at = [], 2
    while True:
        length = struct.unpack(">H", file[at + 2:at + 4])[0]
        found.append(file[at:at + 2 + length])
        at += 2 + length
        if found[-1][1] == 0xda:
            return found, file[at:]


head, scan = segments(plain)
jfif, rest = head[0], head[1:]


def jpeg(*parts):
    return b"\xff\xd8" + b"".join(parts) + scan


def adobe(transform):
    return b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0" + bytes([transform])


def exif_segment(orientation, cut=0, order="MM", type=3):
    e = ">" if order == "MM" else "<"
    value = struct.pack(e + "HH", orientation, 0) if type == 3 else struct.pack(e + "I", orientation)
    content = (order.encode() + struct.pack(e + "HIH", 42, 8, 1)
               + struct.pack(e + "HHI", 0x112, type, 1) + value + b"\0\0\0\0")
    content = content[:len(content) - cut]
    return b"\xff\xe1" + be("H", len(content) + 8) + b"Exif\0\0" + content


def with_components(file, ids):
    file = bytearray(file)
    frame, start = file.find(b"\xff\xc0"), file.find(b"\xff\xda")
    for i in range(3):
        file[frame + 10 + 3 * i] = file[start + 5 + 2 * i] = ids[i]
    return bytes(file)


cmyk = saved(colour.convert("CMYK"), "JPEG", quality=95)
marker = cmyk.find(b"\xff\xee")
add("plain.jpg", plain)
add("progressive.jpg", saved(colour, "JPEG", progressive=True))
add("arithmetic.jpg", cjpeg("-arithmetic"))
add("arithmetic, progressive.jpg", cjpeg("-arithmetic", "-progressive"))
add("stored as RGB.jpg", cjpeg("-rgb"))
add("restarts.jpg", cjpeg("-restart", "1B"))
add("uneven sampling.jpg", cjpeg("-sample", "2x2,1x2,2x1"))
add("cmyk.jpg", cmyk)
add("cmyk, progressive.jpg", saved(colour.convert("CMYK"), "JPEG", progressive=True))
add("cmyk without Adobe.jpg", cmyk[:marker] + cmyk[marker + 16:])
add("ycck.jpg", cmyk[:marker + 15] + b"\2" + cmyk[marker + 16:])
add("fill bytes.jpg", jpeg(*(b"\xff\xff\xff" + part for part in head))[:-2] + b"\xff\xff\xff\xd9")
add("stray bytes.jpg", jpeg(*(part + b"\1\2\0" for part in head[:-1]), head[-1]))
add("stray zeros.jpg", jpeg(jfif, b"\0" * 7, *rest))
add("stray FF 00.jpg", jpeg(jfif, b"\x12\xff\0\x33", *rest))
add("comment longer than its length.jpg", jpeg(jfif, b"\xff\xe5\0\4ab" + b"cdefgh", *rest))
add("comment of length 1.jpg", jpeg(jfif, b"\xff\xfe\0\1", *rest))
add("segment shorter than its length.jpg", jpeg(jfif, b"\xff\xe5\0\x40" + b"x" * 30, *rest), reason="corrupt JPEG")
for transform in (0, 1, 2):
    add("JFIF and Adobe %d.jpg" % transform, jpeg(jfif, adobe(transform), *rest))
    add("Adobe %d.jpg" % transform, jpeg(adobe(transform), *rest))
add("Adobe 0 and JFIF.jpg", jpeg(adobe(0), *head))
add("no JFIF.jpg", jpeg(*rest))
add("JFIF version 3.jpg", jpeg(jfif[:9] + b"\3" + jfif[10:], *rest))
add("components R, G, B.jpg", with_components(jpeg(*rest), b"RGB"))
add("components 0, 1, 2.jpg", with_components(jpeg(*rest), b"\0\1\2"))
for orientation in range(2, 9):
    add("exif %d.jpg" % orientation, jpeg(exif_segment(orientation), *head))
add("exif, little-endian.jpg", jpeg(exif_segment(6, order="II"), *head))
add("exif, long.jpg", jpeg(exif_segment(6, type=4), *head))
add("exif 9.jpg", jpeg(exif_segment(9), *head))
add("exif 6 and 3.jpg", jpeg(exif_segment(6), exif_segment(3), *head))
add("exif 1 and 8.jpg", jpeg(exif_segment(1), exif_segment(8), *head))
for cut in (1, 4, 5, 6, 10, 14, 18):
    add("exif without %d bytes.jpg" % cut, jpeg(exif_segment(6, cut=cut), *head))
add("empty exif and exif 6.jpg", jpeg(b"\xff\xe1\0\x08Exif\0\0", exif_segment(6), *head))
add("exif of no byte order and exif 8.jpg",
    jpeg(exif_segment(6)[:10] + b"XX" + exif_segment(6)[12:], exif_segment(8), *head))
add("exif of too many entries.jpg", jpeg(exif_segment(6)[:18] + b"\x40\0" + exif_segment(6)[20:], *head))
add("padding before the end.jpg", plain[:-2] + b"\x55" * 9 + b"\xff\xd9")
add("bytes after the end.jpg", plain + b"garbage\xff\xd8")
add("without its end.jpg", plain[:-2], reason="truncated JPEG")
add("cut.jpg", plain[:len(plain) - 60], reason="truncated JPEG")
add("two frames.jpg", jpeg(*head[:-1], [part for part in head if part[1] == 0xc0][0], head[-1]),
    reason="corrupt JPEG")

# --- PNG ---


def chunk(type, content=b""):
    return be("I", len(content)) + type + content + be("I", zlib.crc32(type + content))


def png(bits, kind, rows, before=b"", after=None, interlaced=0, parts=1, width=W, height=H):
    data = zlib.compress(rows)
    size = -(-len(data) // parts)
    return (b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", be("IIBBBBB", width, height, bits, kind, 0, 0, interlaced)) + before
            + b"".join(chunk(b"IDAT", data[i:i + size]) for i in range(0, len(data), size))
            + (chunk(b"IEND") if after is None else after))


def unfiltered(values):
    return b"".join(b"\0" + row.tobytes() for row in values)


def adam7(values):
    return b"".join(
        unfiltered(values[y::rows, x::columns])
        for x, y, columns, rows in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4),
                                    (1, 0, 2, 2), (0, 1, 1, 2))
        if values[y::rows, x::columns].size)


for name, image in (("rgb", colour), ("rgba", rgba), ("grey with opacity", la), ("palette", indexed),
                    ("bilevel", bilevel), ("grey", grey)):
    add("%s.png" % name, saved(image, "PNG"))
for bits in (1, 2, 4):
    add("palette of %d bits.png" % bits, saved(colour.quantize(1 << bits), "PNG", bits=bits))
add("palette with opacity.png", saved(indexed, "PNG", transparency=bytes(range(0, 240, 20))))
add("transparent colour.png", saved(colour, "PNG", transparency=tuple(int(v) for v in RGB[0, 0])))
add("transparent grey.png", saved(grey, "PNG", transparency=int(GREY[0, 0])))
add("grey of 16 bits.png", png(16, 0, unfiltered(BE16[:, :, 0])))
add("16 bits.png", png(16, 2, unfiltered(BE16)))
add("rgba of 16 bits.png", png(16, 6, unfiltered(np.dstack([BE16, OPACITY.astype(">u2") * 257]).astype(">u2"))))
add("interlaced.png", png(8, 2, adam7(RGB), interlaced=1))
add("interlaced, 16 bits.png", png(16, 2, adam7(BE16), interlaced=1))
add("interlaced, 3 x 1.png", png(8, 2, adam7(RGB[:1, :3]), interlaced=1, width=3, height=1))
add("index beyond the palette.png", png(8, 3, unfiltered(GREY), chunk(b"PLTE", colours3[:60])))
add("gamma.png", png(8, 2, unfiltered(RGB), chunk(b"gAMA", be("I", 100000))))
add("exif 6.png", png(8, 2, unfiltered(RGB), chunk(b"eXIf", exif_segment(6)[10:])))
rows = unfiltered(RGB)
end = png(8, 2, rows, after=b"")
add("without its end.png", end)
add("part of its end.png", png(8, 2, rows, after=b"\0\0\0\0IE"))
add("without the last checksum.png", end[:-4])
add("without both checksums.png", end[:-8])
add("without its end, many parts.png", png(8, 2, rows, after=b"", parts=7))
add("without its end, interlaced.png", png(8, 2, adam7(RGB), after=b"", interlaced=1))
add("without its end, palette.png", png(8, 3, unfiltered(GREY >> 4), chunk(b"PLTE", colours3[:48]), after=b""))
add("cut.png", end[:-30], reason="truncated PNG")
add("half.png", end[:len(end) // 2], reason="truncated PNG")
add("animated.png", saved(colour, "PNG", save_all=True, append_images=more))
add("animated beside a default image.png",
    saved(colour, "PNG", save_all=True, default_image=True, append_images=more))

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pillow_formats.json")
with open(path, "w") as out:
    json.dump(dict(
        source="Pillow %s, libjpeg-turbo %s, libwebp %s, libtiff %s; pillow_formats.py" % (
            PIL.__version__, *(features.version(f) for f in ("libjpeg_turbo", "webp", "libtiff"))),
        pixels=shared, cases=cases), out, indent=1)
    out.write("\n")
print(len(cases), "cases,", len(shared), "images")
