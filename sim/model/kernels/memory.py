"""Ask for memory before it is needed: the one thing about the machine that the kernels know."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


@intrinsic
def prefetch(typing_context, array, row):
    """Send for the beginning of a row of a two-dimensional array; `row` is unsigned and not checked.

    It changes no value.
    """

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        table = context.make_array(signature.args[0])(context, builder, value=arguments[0])
        pointer, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        offset = builder.mul(
            builder.zext(arguments[1], ir.IntType(64)), builder.extract_value(table.strides, 0)
        )
        address = builder.gep(builder.bitcast(table.data, pointer), [offset])
        ask = builder.module.declare_intrinsic(
            "llvm.prefetch", (pointer,), ir.FunctionType(ir.VoidType(), [pointer, word, word, word])
        )
        builder.call(ask, [address, word(0), word(3), word(1)])  # to read, to keep, of data
        return context.get_dummy_value()

    return types.void(array, row), build
