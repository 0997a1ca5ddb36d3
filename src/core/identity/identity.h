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
};
/* Resting after, and ended after, unless options say otherwise. */
#define IDENTITY_IDLE_MS ((int64_t)30 * 60 * 1000)
#define IDENTITY_ABSOLUTE_MS ((int64_t)12 * 3600 * 1000)

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
    int64_t created_ms, password_ms, login_ms; /* login_ms 0: never */
};

/* ERR_ACCOUNT_NAME, _EXISTS, _PERSON, _PASSWORD. Letters of the name are made small. */
bool identity_add(struct identity *id, struct str name, struct str person, struct str password,
                  struct err *err);
/* Turns an account on or off; off ends its sessions. ERR_ACCOUNT_NONE. */
bool identity_enable(struct identity *id, struct str name, bool on, struct err *err);
/* A new password; every session of the account ends. */
bool identity_set_password(struct identity *id, struct str name, struct str password, struct err *err);
/* Is there an account of that name? (For logs, never for answers.) */
bool identity_exists(struct identity *id, struct str name);
/* Is there one, and is it enabled? For what lives on without a session (an app's tokens). */
bool identity_enabled(struct identity *id, struct str name);
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
 * locked out after failures (whether or not the name exists). */
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
    IDENTITY_NONE, /* no such session: never was, ended, or past its absolute limit */
    IDENTITY_IDLE, /* resting: only its password wakes it */
    IDENTITY_LIVE,
};
/* Whose session it is: *out, but for its origin, with texts in arena (not filled for NONE). touch: it is in
 * use, the idle limit counts from now. An assignment that is past its period is left out. NONE too when the
 * arena is full. */
enum identity_state identity_session(struct identity *id, struct str token, bool touch, struct arena *arena,
                                     struct access_caller *out);
/* The kind of caller a person is, ACCESS_NOBODY when the reference is none an account can have. */
enum access_kind identity_kind(struct str person);
/* Sessions there are, for figures. */
size_t identity_sessions(struct identity *id);

#endif
