/* SPDX-License-Identifier: MIT */
/* copy - what is on the disk in this moment, elsewhere. */
#ifndef FAULT_COPY_H
#define FAULT_COPY_H

enum { COPY_PATH_BYTES = 64 };

/* The files of a folder, in one beside it; aborts when it cannot. */
void copy_folder(const char *from, char to[COPY_PATH_BYTES]);
void copy_remove(const char *folder);

#endif
