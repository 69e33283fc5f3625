"""Decides rows of pyarrow by a shared library: `python rows.py test.rows.so test.rows.library.json`."""

import ctypes
import datetime
import decimal
import json
import sys

import pyarrow as pa
from pyarrow.cffi import ffi

library, description = ctypes.CDLL(sys.argv[1]), json.load(open(sys.argv[2], encoding="utf-8"))
claim = next(it for it in description["batches"] if it["decision"] == "claim")

PLAIN = {"b": pa.bool_(), "l": pa.int64(), "tdD": pa.date32(), "i": pa.int32(), "u": pa.string()}


def column(told):
    """The field that a description tells."""
    inner = [column(it) for it in told.get("inner", [])]
    form = told["format"]
    if form == "+s":
        kind = pa.struct(inner)
    elif form == "+l":
        kind = pa.list_(inner[0])
    elif form.startswith("d:"):
        kind = pa.decimal128(38, int(form.split(",")[1]))
    else:
        kind = PLAIN[form]
    return pa.field(told["name"] or "item", kind)


def decide(batch, today=datetime.date(2024, 3, 1)):
    """The verdicts, what fails, and the outputs as arrays; or what is wrong and with which column."""
    rows = len(batch)
    array, schema = ffi.new("struct ArrowArray *"), ffi.new("struct ArrowSchema *")
    address = lambda it: int(ffi.cast("uintptr_t", it))
    batch._export_to_c(address(array), address(schema))
    sizes = {"b": lambda: rows // 8 + 1, "l": lambda: 8 * rows, "tdD": lambda: 4 * rows, "i": lambda: 4 * rows}
    places = [bytearray(rows + 1), bytearray(8 * rows * claim["fails"] + 8)]
    for output in claim["outputs"]:
        places += [bytearray(sizes.get(output["format"], lambda: 16 * rows)() + 1), bytearray(rows // 8 + 1)]
    results = (ctypes.c_void_p * len(places))(*(ctypes.addressof(ctypes.c_char.from_buffer(it)) for it in places))
    room = (ctypes.c_uint64 * (claim["room"] // 8 + 1))()
    function = library[claim["function"]]
    function.argtypes, function.restype = [ctypes.c_void_p] * 4 + [ctypes.c_int32], ctypes.c_int32
    days = (today - datetime.date(1970, 1, 1)).days
    code = function(address(schema), address(array), ctypes.addressof(results), ctypes.addressof(room), days)
    if code:
        return {"refusal": code & 255, "column": code >> 8}
    outputs = {}
    for n, output in enumerate(claim["outputs"]):
        values, valid = places[2 + 2 * n], places[3 + 2 * n]
        form = output["format"]
        if form == "text":
            words = memoryview(values)[: 16 * rows].cast("Q")
            texts = (ctypes.string_at(words[2 * row], words[2 * row + 1]).decode() for row in range(rows))
            outputs[output["name"]] = [text if valid[row // 8] >> row % 8 & 1 else None for row, text in enumerate(texts)]
        else:
            kind = column({"name": "x", "format": form}).type
            array = pa.Array.from_buffers(kind, rows, [pa.py_buffer(valid), pa.py_buffer(values)])
            outputs[output["name"]] = [None if value is None else str(value) for value in array.to_pylist()]
    return {"verdicts": list(places[0][:rows]), "fails": list(memoryview(places[1]).cast("Q")[:rows]), **outputs}


schema = pa.schema([column(told) for told in claim["columns"]])
day = datetime.date
item = lambda kind, yuan, since=None: {"kind": kind, "amount": decimal.Decimal(yuan), "since": since}
row = {"member": True, "points": 5, "born": day(2000, 2, 29), "code": "甲乙丙丁", "home": 1, "items": [item(1, "1.50", day(2020, 1, 1)), item(0, "9.00")]}
rows = [
    row,
    {**row, "home": None, "items": []},
    {**row, "member": False, "born": day(2010, 1, 1)},
    {**row, "points": None},
    {**row, "points": 101},
    {**row, "code": "甲乙丙丁戊"},
    {**row, "items": [item(1, "1000.01")]},
    {**row, "items": [None]},
    {**row, "items": [{"kind": 1, "amount": None, "since": None}]},
]
batch = pa.RecordBatch.from_pylist(rows, schema=schema)
print(json.dumps(decide(batch), ensure_ascii=False))
print(json.dumps(decide(batch.slice(1, 2)), ensure_ascii=False))
print(json.dumps(decide(batch.slice(0, 0))))
print(json.dumps(decide(batch.set_column(1, "points", batch["points"].cast(pa.int32())))))
print(json.dumps(decide(batch.rename_columns(["a", *schema.names[1:]]))))
print(json.dumps(decide(batch.drop_columns(["code"]))))
