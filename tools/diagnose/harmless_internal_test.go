package diagnose

import (
	"strings"
	"testing"
)

// TestWhatIsNotAnErrorIsNoCause tells errors from lines that hold the same words: what
// users write, names and addresses, results that are well, what other programs say.
func TestWhatIsNotAnErrorIsNoCause(t *testing.T) {
	t.Parallel()
	for line := range strings.SplitSeq(strings.TrimSpace(harmless), "\n") {
		for _, c := range diagnosed(saidAsInfo("app started", line, "GET / 200 3ms")).Diagnose() {
			if c.Confidence != low.String() {
				t.Errorf("%s gives %s, %s", line, c.Cause, c.Confidence)
			}
		}
	}
}

func saidAsInfo(texts ...string) situation {
	return func(e *Evidence) {
		saidWhileRunning(texts...)(e)
		e.severe = nil
		for i := range e.runtime {
			e.runtime[i].Severity = 6
		}
	}
}

const harmless = `
[chat] anna: my npm says ERESOLVE unable to resolve dependency tree, what now?
room 12 <bob> postgres says FATAL: password authentication failed for user "bob"
comment 9 saved: "Error: listen EADDRINUSE: address already in use :::3000"
comment #12 by joe: Error: Cannot find module 'express'
new ticket from eva@example.com: Server out of memory: Killed process 12
{"level":"info","msg":"ticket created","subject":"ECONNREFUSED 127.0.0.1:5432 after update"}
{"level":30,"msg":"comment stored","body":"java.lang.OutOfMemoryError: Java heap space"}
{"event":"message","text":"no space left on device","from":"user 7"}
{"type":"review","content":"I get: too many open files"}
indexed document "How to fix: relation users does not exist"
article published: Why you see "exec format error" on ARM
question 81 tagged: command not found
search q="EACCES: permission denied" hits=12 time=4ms
INFO search term=out of memory results=31
INFO: mail sent to error@example.com
INFO delivered to postmaster-no-space-left@example.com
redirect /errors/enospc -> /docs/errors/enospc
GET /docs/EADDRINUSE 200
10.0.0.1 - - [01/Nov/2026:00:00:01 +0000] "GET /?q=password+authentication+failed HTTP/1.1" 200 12
--oom-score-adj=100 --exit-on-enospc
args: --retry-on-econnrefused --fail-on-error
OOM_KILL_DISABLE=true
feature enabled: retry_on_deadlock
WARN deprecated option "permission denied" handler
warning: enospc handler is deprecated
DEBUG checking for EADDRINUSE
debug: connect ECONNREFUSED 10.0.0.9:5432 (expected while starting)
[info] last crash: out of memory: killed process 12 (3 days ago)
0 errors, 0 warnings, 0 deadlocks
errors=0 timeouts=0 econnrefused=0
check "too many connections": passed
✓ reports EADDRINUSE (3 ms)
ok 12 - throws on no space left on device
test handles ENOENT ... ok
PASS test/heap out of memory.test.js
connect ECONNREFUSED 10.0.0.9:6379, retrying in 1s (attempt 1/10) ... connected
known issues: exec format error on arm64
Documentation: fixing "CORS" errors, see https://example.com/cors-not-allowed
help: error 137 means out of memory
loaded 14 translations, e.g. error.database.missing = "Unknown database"
label "Access denied for user" translated
i18n: missing key errors.too_many_requests, using default
metrics: http_429_total=0 http_500_total=0
alert rule "no space left on device" loaded
rule loaded: name=TooManyOpenFiles expr=...
seeded 12 posts: "CSRF token mismatch", "429 Too Many Requests"
prompt: explain "TypeError: x is not a function"
assistant answered 81 tokens about "SIGKILL"
commit 3fa9c1b: fix certificate has expired
build info: branch=fix/out-of-memory commit=a1b2c3d
branch fix-eaddrinuse merged
title="Deadlock found when trying to get lock"
api | {"level":"info","msg":"user asked","q":"invalid api key"}
cache: key error:enospc set, ttl 60
queue dead-letter has 0 jobs
route registered: POST /errors/out-of-memory
mounted handler for 404 not found
registered error class DatabaseError: "relation does not exist"
kafka consumer error handler installed (UNKNOWN_TOPIC_OR_PARTITION, LEADER_NOT_AVAILABLE)
user bob: login failed, wrong password
auth: invalid api key from client 203.0.113.5, answered 401
rate limit exceeded for client 203.0.113.5, answered 429
client 203.0.113.5 sent too many requests, answered 429
client disconnected: ECONNRESET
socket hang up (client went away)
validation failed for form signup: email is required
payment declined for order 12: insufficient funds
webhook to https://example.org/x failed with 500, will retry in 60 s
slow query 1200 ms: SELECT 1
http: TLS handshake error from 203.0.113.5:51200: EOF
worker timeout: 30s, statement timeout: 10s, trust proxy: 1
worker 3 exited with code 0
image 812 is corrupted, skipped
watching files with inotify
sending SIGKILL to stragglers in 10 s
maxmemory-policy allkeys-lru
healthcheck timeout 5s interval 10s
ERROR:  duplicate key value violates unique constraint "users_email_key"
`
