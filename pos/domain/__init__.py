"""The rules of a sale, pure: values in, values out. Never I/O, a clock or chance of its own."""
