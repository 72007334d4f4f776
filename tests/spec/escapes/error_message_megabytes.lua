-- expect: error|limit:memory
-- group: host_boundary
-- why: a message of ten megabytes of control characters
error(("\27[31m\n\0\255"):rep(1 << 20), 0)
