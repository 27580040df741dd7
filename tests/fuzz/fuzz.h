/* SPDX-License-Identifier: MIT */
/*
 * fuzz - what libFuzzer calls, and what corpus_main.c calls in its place.
 *
 * A fuzzer aborts on a broken promise; any other input is fine.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#endif
