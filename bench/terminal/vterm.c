// How fast libvterm takes a file: vterm FILE ROUNDS → the bytes per second of each round, one a line.
// Its scrollback is the caller's business: lines that scroll out are copied into a ring here, as any user of it would.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <vterm.h>

enum { CHUNK = 16384, COLUMNS = 80, ROWS = 24, LINES = 1000 };

static VTermScreenCell ring[LINES][COLUMNS];
static unsigned pushed;

static int push(int columns, const VTermScreenCell *cells, void *user)
{
    (void)user;
    memcpy(ring[pushed++ % LINES], cells, (size_t)columns * sizeof *cells);
    return 1;
}

static const VTermScreenCallbacks callbacks = {.sb_pushline = push};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: vterm FILE ROUNDS\n");
        return 64;
    }
    FILE *file = fopen(argv[1], "rb");
    if (!file) {
        perror(argv[1]);
        return 66;
    }
    fseek(file, 0, SEEK_END);
    size_t length = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(length);
    if (!bytes || fread(bytes, 1, length, file) != length)
        return 74;
    VTerm *terminal = vterm_new(ROWS, COLUMNS);
    vterm_set_utf8(terminal, 1);
    VTermScreen *screen = vterm_obtain_screen(terminal);
    vterm_screen_enable_altscreen(screen, 1);
    vterm_screen_set_callbacks(screen, &callbacks, NULL);
    vterm_screen_reset(screen, 1);
    for (int round = atoi(argv[2]); round > 0; round--) {
        double start = now();
        for (size_t at = 0; at < length; at += CHUNK)
            vterm_input_write(terminal, bytes + at, length - at < CHUNK ? length - at : CHUNK);
        printf("%.0f\n", (double)length / (now() - start));
    }
    return 0;
}
