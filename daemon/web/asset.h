/* SPDX-License-Identifier: MIT */
/* asset - the files that pages are shown with; private to this room. */
#ifndef WEB_ASSET_H
#define WEB_ASSET_H

struct asset;
/* NULL when there is none of that name. */
const struct asset *asset_find(const char *name);

#endif
