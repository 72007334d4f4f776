/* tests/fuzz/replay.c -- a main for fuzz targets without libFuzzer.
 *
 * With arguments it runs those files. Without, it runs a few thousand inputs from a small generator with a fixed seed
 * (bytes, and mutations of a few seeds of text), so that every test run exercises every target a little. CFR_FUZZ_RUNS and CFR_FUZZ_SEED
 * change how many and which.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state = 1;

static uint32_t draw(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 32) % below);
}

static const char *const seeds[] = {
	"a: 1\nb: [1, 2.5, ~, 'x', \"y\\n\"]\nc:\n  - &q {d: e}\n  - *q\n  - |\n    text\n  # note\n",
	"{\"a\": [1, -2.5e3, true, null, \"\\u00e9\\ud83d\\ude00\"], \"b\": {\"c\": {}}}",
	"$.a[?@.b > 1 && match(@.c, 'x.*')]['d', 1:5:2]..e",
	"- name: x\n  <<: *base\n- !tag v\n---\nk: >-\n  folded\n  text\n...\n",
};

static void run_random(unsigned long runs)
{
	static uint8_t bytes[512];

	for (unsigned long i = 0; i < runs; i++) {
		size_t len;

		if (i % 4 == 0) {
			len = draw(64);
			for (size_t k = 0; k < len; k++)
				bytes[k] = (uint8_t)draw(256);
		} else {
			const char *seed = seeds[draw(sizeof(seeds) / sizeof(*seeds))];
			uint32_t changes = 1 + draw(8);

			len = strlen(seed);
			memcpy(bytes, seed, len);
			while (changes--) {
				size_t at = draw((uint32_t)len);
				switch (draw(4)) {
				case 0: bytes[at] = (uint8_t)draw(256); break;
				case 1: bytes[at] = bytes[draw((uint32_t)len)]; break;
				case 2: len = at + 1; break;
				default:
					if (len + 8 < sizeof(bytes)) {
						memmove(bytes + at + 8, bytes + at, len - at);
						len += 8;
					}
				}
			}
		}
		uint8_t *copy = malloc(len ? len : 1);	/* an exact size, so that a sanitizer sees one byte too far */
		if (!copy)
			abort();
		memcpy(copy, bytes, len);
		LLVMFuzzerTestOneInput(copy, len);
		free(copy);
	}
	printf("%lu inputs, nothing found\n", runs);
}

static int run_file(const char *name)
{
	FILE *file = fopen(name, "rb");
	long len;
	uint8_t *bytes;

	if (!file || fseek(file, 0, SEEK_END) != 0 || (len = ftell(file)) < 0 || fseek(file, 0, SEEK_SET) != 0) {
		perror(name);
		return 2;
	}
	bytes = malloc(len ? (size_t)len : 1);
	if (!bytes || fread(bytes, 1, (size_t)len, file) != (size_t)len) {
		perror(name);
		return 2;
	}
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, (size_t)len);
	free(bytes);
	return 0;
}

int main(int argc, char **argv)
{
	const char *runs = getenv("CFR_FUZZ_RUNS"), *seed = getenv("CFR_FUZZ_SEED");

	if (seed)
		state = strtoull(seed, NULL, 10) | 1;
	if (argc < 2)
		run_random(runs ? strtoul(runs, NULL, 10) : 20000);
	for (int i = 1; i < argc; i++) {
		if (run_file(argv[i]))
			return 2;
	}
	return 0;
}
