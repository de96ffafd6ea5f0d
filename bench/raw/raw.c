/*
 * The reference: what a program that reads the PTY itself gets from this kernel, and the one harness through which every
 * attached client is measured the same way.
 *
 *   raw produce BYTES GATE     numbered lines of 64 bytes, once GATE (a FIFO) was opened for writing
 *   raw read COMMAND...        run COMMAND on a PTY and read it to its end; prints the bytes
 *   raw mirror                 raw mode, says "ready", gives every byte back until it reads 'Q'
 *   raw echo N COMMAND...      run COMMAND on a PTY until it shows "ready", then N round trips of one byte; prints nanoseconds
 *   raw prompt TEXT COMMAND... run COMMAND on a PTY; prints the nanoseconds until TEXT was seen
 *   raw again TEXT COMMAND...  the same until it was seen a second time
 *   raw time N COMMAND...      run COMMAND N times, output dropped; prints the nanoseconds of each
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void fail(const char *what) {
    perror(what);
    exit(70);
}

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void write_all(int fd, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t n = write(fd, bytes, count);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail("write");
        bytes += n;
        count -= (size_t)n;
    }
}

static void make_raw(int fd) {
    struct termios t;
    if (tcgetattr(fd, &t) != 0) fail("tcgetattr");
    cfmakeraw(&t);
    if (tcsetattr(fd, TCSANOW, &t) != 0) fail("tcsetattr");
}

static int produce(int64_t bytes, const char *gate) {
    /* Its line discipline left as a shell has it: newline becomes two bytes, as in life. */
    enum { LINE = 64, LINES = 1024 };
    static char block[LINE * LINES + 1];
    int fd = open(gate, O_RDONLY);
    if (fd < 0) fail(gate);
    for (int64_t line = 0; bytes > 0; bytes -= LINE * LINES) {
        for (int i = 0; i < LINES; i++, line++) {
            char *at = block + i * LINE;
            memset(at, 'x', LINE - 1);
            int64_t n = line;
            for (int digit = 11; digit >= 0; digit--, n /= 10) at[digit] = (char)('0' + n % 10);
            at[LINE - 1] = '\n';
        }
        write_all(1, block, LINE * LINES);
    }
    return 0;
}

static pid_t on_pty(char **command, int *master) {
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    pid_t pid = forkpty(master, NULL, NULL, &size);
    if (pid < 0) fail("forkpty");
    if (pid == 0) {
        setenv("TERM", "xterm", 1);
        execvp(command[0], command);
        fail(command[0]);
    }
    return pid;
}

static int64_t read_to_end(int master) {
    static char buffer[65536];
    int64_t total = 0;
    for (;;) {
        ssize_t n = read(master, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return total;
        total += n;
    }
}

static int read_pty(char **command) {
    int master;
    pid_t pid = on_pty(command, &master);
    int64_t total = read_to_end(master);
    waitpid(pid, NULL, 0);
    printf("%lld\n", (long long)total);
    return 0;
}

static int mirror(void) {
    char bytes[4096];
    make_raw(0);
    write_all(1, "ready", 5);
    for (;;) {
        ssize_t n = read(0, bytes, sizeof bytes);
        if (n <= 0 || memchr(bytes, 'Q', (size_t)n) != NULL) return 0;
        write_all(1, bytes, (size_t)n);
    }
}

/* Reads until TEXT was seen so many times, whatever else comes with it. */
static void await_texts(int master, const char *text, int times) {
    static char seen[1 << 20];
    size_t length = 0, searched = 0;
    for (;;) {
        ssize_t n = read(master, seen + length, sizeof seen - 1 - length);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            seen[length] = 0;
            fprintf(stderr, "it ended before it showed \"%s\": %s\n", text, seen);
            exit(70);
        }
        length += (size_t)n;
        /* One read may bring several. */
        for (char *found; (found = memmem(seen + searched, length - searched, text, strlen(text))) != NULL;) {
            searched = (size_t)(found - seen) + strlen(text);
            if (--times == 0) return;
        }
        /* Only what is new, and what may be its beginning. */
        if (length - searched >= strlen(text)) searched = length - strlen(text) + 1;
        if (length > sizeof seen / 2) {
            memmove(seen, seen + searched, length - searched);
            length -= searched;
            searched = 0;
        }
    }
}

static void await_text(int master, const char *text) { await_texts(master, text, 1); }

static int echo(int rounds, char **command) {
    /* Signs that are in no escape sequence of the clients that are measured. */
    static const char signs[] = "@~&+";
    int master;
    pid_t pid = on_pty(command, &master);
    make_raw(master);
    await_text(master, "ready");
    int64_t *times = calloc((size_t)rounds, sizeof *times);
    for (int i = 0; i < rounds; i++) {
        char text[2] = {signs[i % 4], 0};
        int64_t begun = now_ns();
        write_all(master, text, 1);
        await_text(master, text);
        times[i] = now_ns() - begun;
    }
    for (int i = 0; i < rounds; i++) printf("%lld\n", (long long)times[i]);
    write_all(master, "Q", 1);
    read_to_end(master);
    waitpid(pid, NULL, 0);
    return 0;
}

static int prompt(int times, const char *text, char **command) {
    int master;
    int64_t begun = now_ns();
    pid_t pid = on_pty(command, &master);
    await_texts(master, text, times);
    printf("%lld\n", (long long)(now_ns() - begun));
    kill(pid, SIGHUP);
    close(master);
    waitpid(pid, NULL, 0);
    return 0;
}

static int time_command(int rounds, char **command) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    for (int i = 0; i < rounds; i++) {
        pid_t pid;
        int status;
        int64_t begun = now_ns();
        if (posix_spawnp(&pid, command[0], &actions, NULL, command, environ) != 0) fail(command[0]);
        waitpid(pid, &status, 0);
        if (status != 0) return 70;
        printf("%lld\n", (long long)(now_ns() - begun));
    }
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 4 && strcmp(argv[1], "produce") == 0) return produce(atoll(argv[2]), argv[3]);
    if (argc >= 3 && strcmp(argv[1], "read") == 0) return read_pty(argv + 2);
    if (argc == 2 && strcmp(argv[1], "mirror") == 0) return mirror();
    if (argc >= 4 && strcmp(argv[1], "echo") == 0) return echo(atoi(argv[2]), argv + 3);
    if (argc >= 4 && strcmp(argv[1], "prompt") == 0) return prompt(1, argv[2], argv + 3);
    if (argc >= 4 && strcmp(argv[1], "again") == 0) return prompt(2, argv[2], argv + 3);
    if (argc >= 4 && strcmp(argv[1], "time") == 0) return time_command(atoi(argv[2]), argv + 3);
    fputs("usage: see the head of raw.c\n", stderr);
    return 64;
}
