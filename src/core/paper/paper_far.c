/* SPDX-License-Identifier: Apache-2.0
 * The helper: a process of one thread that takes HTML from its socket, has a program make a PDF of it, and
 * gives that back. Forked before the service is confined; what it runs is confined by itself (fork and execve
 * rather than posix_spawn, which sets neither limits nor rights). */
#include "paper/paper_int.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/os.h"
#include "confine/confine.h"

enum { FAR_FILES_MAX = 64, FAR_CPU_EXTRA_S = 5 };

/* Refuses every URL but data:, by name and before anything is opened. What it cannot import is not installed.
 */
/* There is no folder for fonts that a document brings along: it may bring none. */
static const char far_script[] =
    "import sys, tempfile\n"
    "tempfile.mkdtemp = lambda *args, **named: '/nonexistent'\n"
    "try:\n"
    "    import weasyprint\n"
    "except (ImportError, OSError):\n"
    "    sys.exit(3)\n"
    "def fetch(url, *args, **named):\n"
    "    if not url[:5].lower() == 'data:':\n"
    "        raise ValueError('only data:')\n"
    "    return weasyprint.default_url_fetcher(url)\n"
    "text = sys.stdin.buffer.read().decode('utf-8')\n"
    "weasyprint.HTML(string=text, url_fetcher=fetch).write_pdf(sys.stdout.buffer)\n";

struct far {
    int socket;
    const char *program, *script;
    unsigned time_ms;
};

/* ---- the program, from fork to execve ---- */

static void limit(int what, rlim_t most)
{
    struct rlimit r = {most, most};
    if (setrlimit(what, &r) != 0)
        _exit(1);
}

static void signals_anew(void)
{
    sigset_t none;
    for (int s = 1; s < NSIG; s++)
        signal(s, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void become(const struct far *f, int in, int out, pid_t parent)
{
    static const struct confine_needs needs = {.path = {{.path = "/usr", .run = true},
                                                        {.path = "/lib64", .run = true},
                                                        {.path = "/lib", .run = true},
                                                        {.path = "/etc/fonts"},
                                                        {.path = "/var/cache/fontconfig"}},
                                               .path_count = 5};
    char *const argv[] = {(char *)f->program, "-I", "-B", "-c", (char *)f->script, NULL};
    char *const env[] = {"LANG=C.UTF-8", "PATH=/usr/bin:/bin", "HOME=/nonexistent", NULL};
    struct err err;
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || setsid() < 0 || null < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 ||
        dup2(null, 2) < 0 || close_range(3, ~0U, 0) != 0 || chdir("/") != 0)
        _exit(1);
    signals_anew();
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, FAR_FILES_MAX);
    limit(RLIMIT_FSIZE, PAPER_PDF_MAX);
    limit(RLIMIT_CPU, f->time_ms / 1000 + FAR_CPU_EXTRA_S);
    if (!confine_program(&needs, &err))
        _exit(1);
    limit(RLIMIT_AS, PAPER_MEMORY_MAX); /* last: what is forked may have more already */
    execve(f->program, argv, env);
    _exit(errno == ENOENT ? PAPER_EXIT_MISSING : 1);
}

/* ---- one document ---- */

static int64_t now_ms(void)
{
    return (int64_t)(os_mono_ns() / 1000000);
}

/* Waits for the program; kills it when its time is out or the service is gone. Its status, or -1 killed. */
static int await(const struct far *f, pid_t pid)
{
    int64_t until = now_ms() + f->time_ms, left;
    int watch = pidfd_open(pid, 0), status = 0;
    struct pollfd at[2] = {{.fd = watch, .events = POLLIN}, {.fd = f->socket, .events = POLLRDHUP}};
    bool ended = false;
    while (watch >= 0 && !ended && (left = until - now_ms()) > 0) {
        int n = poll(at, 2, (int)left);
        ended = n > 0 && (at[0].revents & POLLIN);
        if (n > 0 && !ended && at[1].revents)
            break;
    }
    if (!ended)
        kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (watch >= 0)
        close(watch);
    return ended ? status : -1;
}

static enum paper_result result_of(int status, off_t size)
{
    if (status < 0 || WIFSIGNALED(status) || size >= PAPER_PDF_MAX)
        return PAPER_TOO_MUCH;
    if (WIFEXITED(status) && WEXITSTATUS(status) == PAPER_EXIT_MISSING)
        return PAPER_NOT_INSTALLED;
    return WEXITSTATUS(status) == 0 && size > 0 ? PAPER_MADE : PAPER_BROKE;
}

static bool answer(const struct far *f, enum paper_result result, int pdf, size_t size)
{
    struct paper_head head = {result, result == PAPER_MADE ? (uint32_t)size : 0};
    if (!paper_send(f->socket, &head, sizeof head))
        return false;
    if (!head.n)
        return true;
    void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, pdf, 0);
    if (map == MAP_FAILED)
        return false;
    bool ok = paper_send(f->socket, map, size);
    munmap(map, size);
    return ok;
}

/* n bytes from the socket into a file in memory, read from its start. */
static bool take(const struct far *f, int in, uint32_t n)
{
    char part[16 * 1024];
    while (n) {
        uint32_t m = n < sizeof part ? n : (uint32_t)sizeof part;
        if (!paper_receive(f->socket, part, m) || !os_write_all(in, (struct str){part, m}))
            return false;
        n -= m;
    }
    return lseek(in, 0, SEEK_SET) == 0;
}

static bool one(const struct far *f, uint32_t n)
{
    int in = memfd_create("html", MFD_CLOEXEC), out = memfd_create("pdf", MFD_CLOEXEC);
    struct stat st = {0};
    pid_t parent = getpid();
    bool ok = in >= 0 && out >= 0 && n <= PAPER_HTML_MAX && take(f, in, n);
    pid_t pid = ok ? fork() : -1;
    if (pid == 0)
        become(f, in, out, parent);
    if (ok && pid < 0)
        ok = answer(f, PAPER_BROKE, -1, 0);
    else if (ok) {
        int status = await(f, pid);
        ok = fstat(out, &st) == 0 && answer(f, result_of(status, st.st_size), out, (size_t)st.st_size);
    }
    close(in);
    close(out);
    return ok;
}

void paper_far(int socket, const struct paper_options *opt)
{
    struct far f = {.socket = 3,
                    .program = opt->program ? opt->program : "/usr/bin/python3",
                    .script = opt->script ? opt->script : far_script,
                    .time_ms = opt->time_ms ? opt->time_ms : PAPER_TIME_MS};
    struct rlimit none = {0, 0};
    struct paper_head head;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    prctl(PR_SET_NAME, "helhet-pdf");
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    setrlimit(RLIMIT_CORE, &none);
    /* The service's own descriptors are not for it: the socket is the third, and there is nothing more. */
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
        _exit(1);
    if (socket != 3 && dup3(socket, 3, O_CLOEXEC) < 0)
        _exit(1);
    close_range(4, ~0U, 0);
    while (paper_receive(f.socket, &head, sizeof head) && one(&f, head.n))
        ;
    _exit(0);
}
