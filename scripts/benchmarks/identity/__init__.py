"""The suite `identity`: what a login costs, whether a failed one tells by its time why, and looking up who asks."""
