-- SPDX-License-Identifier: MIT
-- Parts were stored with a cause that is no incident until their next event.
UPDATE incident SET caused_by = NULL WHERE caused_by = 0;
