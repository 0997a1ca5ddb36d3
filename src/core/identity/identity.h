/* SPDX-License-Identifier: Apache-2.0
 * identity: local accounts and the sessions of those who have logged in (HSLF-FS 2016:40 4 kap.). The file is
 * identity.db in the store's folder, mode 0600: names, the person each is, and argon2id hashes (libsodium);
 * of sessions only the hash of their secret. Any number of programs may open it: what another one changes
 * (helhet user disable) is in force here within IDENTITY_WATCH_MS.
 *
 * Thread safe. identity_session is for every request: it takes no more than a hash and a look in a table in
 * memory. Whatever takes a password costs 64 MiB and some 100 ms, on purpose: never on a thread that others
 * wait for. Passwords handed in are the caller's to wipe. */
#ifndef HELHET_IDENTITY_IDENTITY_H
#define HELHET_IDENTITY_IDENTITY_H

#include "access/access.h"
#include "base/arena.h"
#include "base/err.h"

#define IDENTITY_FILE "identity.db"

enum {
    IDENTITY_NAME_MAX = 64,         /* a-z 0-9 . _ - @, in lower case */
    IDENTITY_PASSWORD_MIN = 12,     /* characters */
    IDENTITY_PASSWORD_MAX = 256,    /* bytes */
    IDENTITY_TOKEN_TEXT = 43,       /* 256 random bits in base64url: the secret of a session */
    IDENTITY_SESSIONS_MAX = 65536,  /* at once */
    IDENTITY_SESSIONS_ACCOUNT = 16, /* of one account; the one longest unused makes room */
    IDENTITY_ROLE_TEXT_MAX = 128,   /* bytes of each text of an assignment */
    IDENTITY_WATCH_MS = 100,
    IDENTITY_RESUME_TRIES = 5, /* wrong passwords that end a resting session */
    IDENTITY_ONCE_TEXT = 19,   /* characters of a one-time password */
};
/* Resting after, and ended after, unless options say otherwise. */
#define IDENTITY_IDLE_MS ((int64_t)30 * 60 * 1000)
#define IDENTITY_ABSOLUTE_MS ((int64_t)12 * 3600 * 1000)
/* A one-time password that nobody has used for so long is none. */
#define IDENTITY_ONCE_MS ((int64_t)72 * 3600 * 1000)

struct identity;

struct identity_options {
    const char *dir;     /* the store's folder; must exist */
    bool create;         /* make the file when absent; else it must be there */
    bool sessions;       /* people log in here: read the sessions there are and follow what others change */
    int64_t idle_ms;     /* 0: IDENTITY_IDLE_MS */
    int64_t absolute_ms; /* 0: IDENTITY_ABSOLUTE_MS */
};

struct identity *identity_open(const struct identity_options *opt, struct err *err);
void identity_close(struct identity *id);

/* ---- accounts ---- */

struct identity_account {
    struct str name, person; /* person: Practitioner/x, Patient/x or RelatedPerson/x */
    bool enabled;
    bool once; /* its password is one that somebody else has seen: nothing but changing it can be done */
    int64_t created_ms, password_ms, login_ms; /* login_ms 0: never */
    uint32_t fails;    /* wrong passwords in a row; what another process counted is not known here */
    int64_t failed_ms; /* when the last of them was */
    int64_t wait_ms;   /* how long it is still locked out */
    uint32_t sessions; /* live and resting ones, of the process that answers */
};

/* The name as accounts have it, in small letters; ERR_ACCOUNT_NAME. */
bool identity_name(struct str name, char out[IDENTITY_NAME_MAX + 1], struct err *err);
/* ERR_ACCOUNT_NAME, _EXISTS, _PERSON, _PASSWORD. Letters of the name are made small. */
bool identity_add(struct identity *id, struct str name, struct str person, struct str password,
                  struct err *err);
/* One without a password: its person logs in through an outside provider alone (password_ms is 0). */
bool identity_add_outside(struct identity *id, struct str name, struct str person, struct err *err);
/* Turns an account on or off; off ends its sessions. ERR_ACCOUNT_NONE. */
bool identity_enable(struct identity *id, struct str name, bool on, struct err *err);
/* A new password; every session of the account ends. */
bool identity_set_password(struct identity *id, struct str name, struct str password, struct err *err);
/* Is there an account of that name? (For logs, never for answers.) */
bool identity_exists(struct identity *id, struct str name);
/* Is there one, and is it enabled? For what lives on without a session (an app's tokens). */
bool identity_enabled(struct identity *id, struct str name);
/* Makes an account, or resets one's password (its sessions end), with a one-time password that is given back
 * in out and kept nowhere: whoever logs in with it must choose one of their own first, within
 * IDENTITY_ONCE_MS. Errors as identity_add and identity_set_password. */
struct identity_once {
    char text[IDENTITY_ONCE_TEXT + 1];
};
bool identity_add_once(struct identity *id, struct str name, struct str person, struct identity_once *out,
                       struct err *err);
bool identity_reset(struct identity *id, struct str name, struct identity_once *out, struct err *err);
/* A password that is easy to write from paper, "bavi-kolu-temo-rasi": 52 random bits. */
void identity_once_make(struct identity_once *out);
/* Forgets the failures that make the name wait. ERR_ACCOUNT_NONE. */
bool identity_unlock(struct identity *id, struct str name, struct err *err);
/* Ends every session of the account. ERR_ACCOUNT_NONE. */
bool identity_end_sessions(struct identity *id, struct str name, struct err *err);
/* When the person of some account ("Practitioner/x") last logged in; 0: never, or unknown. */
int64_t identity_last_login(struct identity *id, struct str person);
/* Has the person an enabled account that can do more than change a one-time password? */
bool identity_opens(struct identity *id, struct str person);
/* By name, in arena. */
bool identity_list(struct identity *id, struct arena *arena, struct identity_account **out, size_t *count,
                   struct err *err);
/* May this be the password of the account? At least IDENTITY_PASSWORD_MIN characters, and not what is guessed
 * first (NIST SP 800-63B 5.1.1.2): common passwords, runs, repetitions, the account's own name. No rules of
 * composition. ERR_ACCOUNT_PASSWORD. */
bool identity_password_fits(struct str name, struct str password, struct err *err);

/* ---- logging in ---- */

struct identity_token {
    char text[IDENTITY_TOKEN_TEXT + 1];
};
struct identity_login {
    struct str name, password;
    struct str origin; /* address, for the rate */
};

/* A new session, without assignment. ERR_LOGIN_WRONG alike, in text and time, for an unknown name, a wrong
 * password and a disabled account; ERR_LOGIN_WAIT with the seconds in {0} while the name or the address is
 * locked out after failures (whether or not the name exists); ERR_LOGIN_ONCE_OLD for the right one-time
 * password, too late. */
bool identity_login(struct identity *id, const struct identity_login *l, struct identity_token *out,
                    struct err *err);
/* Wakes a resting (or live) session by its password: same assignment, new token. IDENTITY_RESUME_TRIES wrong
 * ones end it, and nothing done to the account elsewhere hinders it. */
bool identity_resume(struct identity *id, struct str token, struct str password, struct identity_token *out,
                     struct err *err);
/* The person of a live session changes password: the account's other sessions end, this one gets a new token.
 */
bool identity_change_password(struct identity *id, struct str token, struct str old, struct str now,
                              struct identity_token *out, struct err *err);
/* A new session for a person that an outside provider has vouched for: of the account of that name when it is
 * the person's, else of the first open one that is. make: one is made, of that name and without a password,
 * when the person has none. ERR_OIDC_ACCOUNT: there is none that is open. */
bool identity_login_outside(struct identity *id, struct str person, struct str name, bool make,
                            struct identity_token *out, struct err *err);
/* Wakes the session of that public id for its person (again by an outside provider): same assignment, new
 * token. ERR_LOGIN_REQUIRED when it has ended or is another's. */
bool identity_wake(struct identity *id, struct str session, struct str person, struct identity_token *out,
                   struct err *err);
/* Ends the session of that public id; account is whose it was, "" when there was none. */
bool identity_end(struct identity *id, struct str session, char account[IDENTITY_NAME_MAX + 1],
                  struct err *err);
/* Ends the session, or every session of its account. Fine when there is none. */
bool identity_logout(struct identity *id, struct str token, bool everywhere, struct err *err);

/* ---- sessions ---- */

/* The assignment a session acts in; texts as in access_caller. */
struct identity_role {
    struct str assignment, unit, provider, role, purpose;
    int64_t until_ms; /* end of the assignment's period; INT64_MAX: none */
};
/* From here on the session acts in this assignment, by a new token. The role is the caller's to have proved.
 */
bool identity_assign(struct identity *id, struct str token, const struct identity_role *role,
                     struct identity_token *out, struct err *err);

enum identity_state {
    IDENTITY_NONE,   /* no such session: never was, ended, or past its absolute limit */
    IDENTITY_IDLE,   /* resting: only its password wakes it */
    IDENTITY_CHANGE, /* logged in with a one-time password: only identity_change_password goes further */
    IDENTITY_LIVE,
};
/* Whose session it is: *out, but for its origin, with texts in arena (not filled for NONE). touch: it is in
 * use, the idle limit counts from now. An assignment that is past its period is left out. NONE too when the
 * arena is full. */
enum identity_state identity_session(struct identity *id, struct str token, bool touch, struct arena *arena,
                                     struct access_caller *out);
/* Why a session in that state may not do what a live one may: ERR_LOGIN_REQUIRED, _IDLE, _CHANGE. False. */
bool identity_refuse(enum identity_state state, struct err *err);
/* How a session is, by its public id (access_caller.session) and account, and when it ends at the latest (0
 * for NONE). Looks through all there are: for what happens now and then. */
enum identity_state identity_session_of(struct identity *id, struct str account, struct str session,
                                        int64_t *until_ms);
/* The kind of caller a person is, ACCESS_NOBODY when the reference is none an account can have. */
enum access_kind identity_kind(struct str person);
/* Sessions there are, for figures. */
size_t identity_sessions(struct identity *id);

#endif
