/* SPDX-License-Identifier: MIT */
/* yaml_json - at build time: a file of YAML as JSON, to standard output. */
#include <libfyaml.h>
#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
	struct fy_document *d =
	    argc == 2 ? fy_document_build_from_file(NULL, argv[1]) : NULL;
	char *json = d != NULL
	    ? fy_emit_document_to_string(d, FYECF_MODE_JSON_ONELINE)
	    : NULL;
	int bad =
	    json == NULL || fputs(json, stdout) < 0 || fflush(stdout) != 0;

	free(json);
	fy_document_destroy(d);
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
