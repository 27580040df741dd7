/* SPDX-License-Identifier: MIT */
/* asset - the files that pages are shown with; private to this room. */
#ifndef WEB_ASSET_H
#define WEB_ASSET_H

#include "base/text.h"

struct asset;
/* NULL when there is none of that name. */
const struct asset *asset_find(const char *name);
/* What is in one that is there, as part of a page. */
void asset_add(struct text *t, const char *name);

#endif
