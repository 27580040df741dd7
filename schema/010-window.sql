-- SPDX-License-Identifier: MIT
-- When a planned window of an endpoint began, changed or ended.
CREATE INDEX input_window ON input (endpoint, at_ms) WHERE kind = 3;
