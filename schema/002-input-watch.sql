-- SPDX-License-Identifier: MIT
-- How an endpoint is judged stands in its newest row of this kind.
CREATE INDEX input_watch ON input (endpoint, ref) WHERE kind = 5;
