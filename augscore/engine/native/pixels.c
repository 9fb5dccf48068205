/* Colour jitter, Gaussian blur and changes of layout, one image at a time, in the arithmetic of the
 * functions in augscore/engine/ops. Called through ctypes; knows nothing of Python or of threads. */

#include <stdint.h>
#include <string.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
/* One copy for each generation of vector units, chosen when the library is loaded. */
#define EXPORT __attribute__((visibility("default"), target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define EXPORT
#endif
#define INLINE static inline __attribute__((always_inline))

enum { BRIGHTNESS, CONTRAST, SATURATION, HUE, NOTHING };
enum { BLOCK = 512, LANES = 16 };

INLINE float clamp01(float v) { v = v < 0.0f ? 0.0f : v; return v > 1.0f ? 1.0f : v; }
INLINE float grey_of(float r, float g, float b) { return 0.2989f * r + 0.587f * g + 0.114f * b; }
INLINE float absolute(float v) { return v < 0.0f ? -v : v; }

/* A channel of a hue turned to `hue` sixths; `angle` is where the channel is at its most. */
INLINE float turned(float top, float chroma, float hue, float angle) {
    float away = absolute(absolute(absolute(hue - angle) - 3.0f) - 3.0f) - 1.0f;
    return top - clamp01(away) * chroma;
}

INLINE void turn_hue(float *r, float *g, float *b, float turns) {
    for (int i = 0; i < BLOCK; i++) {
        float red = r[i], green = g[i], blue = b[i];
        float high = red > green ? red : green, low = red < green ? red : green;
        float top = high > blue ? high : blue, chroma = top - (low < blue ? low : blue);
        float least = chroma > 1e-12f ? chroma : 1e-12f;
        float way = red == top ? green - blue : (green == top ? blue - red : red - green);
        float base = red == top ? 0.0f : (green == top ? 2.0f : 4.0f);
        float hue = way / least + base + turns * 6.0f;
        r[i] = turned(top, chroma, hue, 0.0f);
        g[i] = turned(top, chroma, hue, 2.0f);
        b[i] = turned(top, chroma, hue, 4.0f);
    }
}

INLINE void blend(float *r, float *g, float *b, float factor, float of_grey, float rest) {
    for (int i = 0; i < BLOCK; i++) {
        float other = of_grey * grey_of(r[i], g[i], b[i]) + rest;
        r[i] = clamp01(r[i] * factor + other);
        g[i] = clamp01(g[i] * factor + other);
        b[i] = clamp01(b[i] * factor + other);
    }
}

INLINE void adjust(float *r, float *g, float *b, int kind, float factor, float mean) {
    if (kind == HUE) turn_hue(r, g, b, factor);
    else if (kind == BRIGHTNESS) blend(r, g, b, factor, 0.0f, 0.0f);
    else if (kind == SATURATION) blend(r, g, b, factor, 1.0f - factor, 0.0f);
    else if (kind == CONTRAST) blend(r, g, b, factor, 0.0f, mean * (1.0f - factor));
}

INLINE int load(const float *image, int64_t pixels, int64_t start, float *block) {
    int count = pixels - start < BLOCK ? (int)(pixels - start) : BLOCK;
    for (int c = 0; c < 3; c++) {
        memcpy(block + c * BLOCK, image + c * pixels + start, sizeof(float) * count);
        for (int i = count; i < BLOCK; i++) block[c * BLOCK + i] = 0.0f;
    }
    return count;
}

INLINE double sum_of_grey(const float *block, int count) {
    float lanes[LANES] = {0};
    double total = 0.0;
    for (int i = 0; i + LANES <= count; i += LANES)
        for (int l = 0; l < LANES; l++)
            lanes[l] += grey_of(block[i + l], block[BLOCK + i + l], block[2 * BLOCK + i + l]);
    for (int i = count - count % LANES; i < count; i++)
        total += grey_of(block[i], block[BLOCK + i], block[2 * BLOCK + i]);
    for (int l = 0; l < LANES; l++) total += lanes[l];
    return total;
}

/* `kinds` and `factors`: four an image, what is done at each place and by how much. */
EXPORT void jitter_rows(float *images, int64_t pixels, const int64_t *rows, int64_t count,
                        const int32_t *kinds, const float *factors) {
    float block[3 * BLOCK];
    for (int64_t n = 0; n < count; n++) {
        float *image = images + rows[n] * 3 * pixels;
        const int32_t *kind = kinds + 4 * n;
        const float *factor = factors + 4 * n;
        int turn = 0;
        while (turn < 4 && kind[turn] != CONTRAST) turn++;
        double total = 0.0;
        for (int64_t start = 0; turn < 4 && start < pixels; start += BLOCK) {
            int used = load(image, pixels, start, block);
            for (int p = 0; p < turn; p++)
                adjust(block, block + BLOCK, block + 2 * BLOCK, kind[p], factor[p], 0.0f);
            total += sum_of_grey(block, used);
        }
        float mean = (float)(total / (double)pixels);
        for (int64_t start = 0; start < pixels; start += BLOCK) {
            int used = load(image, pixels, start, block);
            for (int p = 0; p < 4; p++)
                adjust(block, block + BLOCK, block + 2 * BLOCK, kind[p], factor[p], mean);
            for (int c = 0; c < 3; c++)
                memcpy(image + c * pixels + start, block + c * BLOCK, sizeof(float) * used);
        }
    }
}

INLINE int64_t mirrored(int64_t place, int64_t side) {
    place = place < 0 ? -place : place;
    return place < side ? place : 2 * (side - 1) - place;
}

INLINE void blur_across(const float *plane, float *lines, int64_t height, int64_t width,
                        const float *taps, int64_t radius, float *wide) {
    for (int64_t y = 0; y < height; y++) {
        const float *line = plane + y * width;
        float *result = lines + y * width;
        memcpy(wide + radius, line, sizeof(float) * width);
        for (int64_t d = 1; d <= radius; d++) {
            wide[radius - d] = line[mirrored(-d, width)];
            wide[radius + width - 1 + d] = line[mirrored(width - 1 + d, width)];
        }
        const float *middle = wide + radius;
        for (int64_t x = 0; x < width; x++) result[x] = taps[0] * middle[x];
        for (int64_t d = 1; d <= radius; d++)
            for (int64_t x = 0; x < width; x++)
                result[x] += taps[d] * (middle[x - d] + middle[x + d]);
    }
}

INLINE void blur_down(const float *lines, float *plane, int64_t height, int64_t width,
                      const float *taps, int64_t radius) {
    for (int64_t y = 0; y < height; y++) {
        float *result = plane + y * width;
        const float *line = lines + y * width;
        for (int64_t x = 0; x < width; x++) result[x] = taps[0] * line[x];
        for (int64_t d = 1; d <= radius; d++) {
            const float *above = lines + mirrored(y - d, height) * width;
            const float *below = lines + mirrored(y + d, height) * width;
            for (int64_t x = 0; x < width; x++) result[x] += taps[d] * (above[x] + below[x]);
        }
        for (int64_t x = 0; x < width; x++) result[x] = clamp01(result[x]);
    }
}

/* `taps`: `reach` + 1 weights an image, at the distances 0 to `reach`, used up to its radius.
 * `scratch` holds height * width + width + 2 * reach floats. */
EXPORT void blur_rows(float *images, int64_t height, int64_t width, const int64_t *rows,
                      int64_t count, const int64_t *radii, const float *taps, int64_t reach,
                      float *scratch) {
    int64_t pixels = height * width;
    for (int64_t n = 0; n < count; n++)
        for (int64_t c = 0; c < 3; c++) {
            float *plane = images + (rows[n] * 3 + c) * pixels;
            const float *weights = taps + n * (reach + 1);
            blur_across(plane, scratch, height, width, weights, radii[n], scratch + pixels);
            blur_down(scratch, plane, height, width, weights, radii[n]);
        }
}

/* Three planes of bytes, of which each line starts `stride` after the last, to pixels of three. */
EXPORT void interleave(const uint8_t *red, int64_t plane, int64_t stride, int64_t height,
                       int64_t width, uint8_t *pixels) {
    for (int64_t y = 0; y < height; y++) {
        const uint8_t *r = red + y * stride, *g = r + plane, *b = g + plane;
        uint8_t *line = pixels + 3 * y * width;
        for (int64_t x = 0; x < width; x++) {
            line[3 * x] = r[x];
            line[3 * x + 1] = g[x];
            line[3 * x + 2] = b[x];
        }
    }
}

/* Levels of 0 to 255 to floats in [0, 1]. */
EXPORT void to_floats(const uint8_t *levels, int64_t count, float *floats) {
    for (int64_t i = 0; i < count; i++) floats[i] = levels[i] / 255.0f;
}

/* Ask for large pages where fresh memory is about to be written: 4 KB at a time its first use costs
 * more than what is written. A wish, which the system may not grant. */
EXPORT void prefer_large_pages(void *memory, int64_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    uintptr_t page = 4096, start = ((uintptr_t)memory + page - 1) / page * page;
    uintptr_t end = ((uintptr_t)memory + (uintptr_t)bytes) / page * page;
    if (end > start) madvise((void *)start, end - start, MADV_HUGEPAGE);
#else
    (void)memory;
    (void)bytes;
#endif
}
