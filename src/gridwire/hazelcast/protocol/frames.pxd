# Types for the compiled build of frames.py; the meaning is in the .py alone.
import cython

cdef object _read_header
cdef object _read_fragment_id
cdef object _write_fragment_header
cdef Py_ssize_t _HEADER_BYTES
cdef Py_ssize_t _FRAGMENT_HEADER_BYTES
cdef Py_ssize_t _LEAST_MESSAGE_BYTES
cdef Py_ssize_t _LARGE_BYTES
cdef Py_ssize_t _DIRECT_BYTES
cdef Py_ssize_t _MAX_OPEN_FRAGMENTS


cdef class FrameReader:
    cdef Py_ssize_t _at
    cdef Py_ssize_t _filled
    cdef Py_ssize_t _fragment_bytes
    cdef dict _fragments
    cdef object _limit
    cdef bytearray _partial
    cdef object _whole

    @cython.locals(messages=list, start=Py_ssize_t, end=Py_ssize_t)
    cpdef list feed(self, bytes data)

    cpdef list filled(self, Py_ssize_t count)

    @cython.locals(count=Py_ssize_t, before=Py_ssize_t, end=Py_ssize_t)
    cdef bytes _continue(self, bytes data, list messages)

    @cython.locals(size=Py_ssize_t, limit=Py_ssize_t, length=Py_ssize_t, flags=cython.uint)
    cdef Py_ssize_t _walk(self, object data, Py_ssize_t start, Py_ssize_t at) except -2

    @cython.locals(
        partial=bytearray, size=Py_ssize_t, filled=Py_ssize_t, missing=Py_ssize_t
    )
    cdef _go_direct(self)

    cdef _deliver(self, object message, list messages)

    cdef _unusual(self, object message, list messages)
