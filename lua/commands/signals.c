/* lua/commands/signals.c -- how the program is stopped from outside.
 *
 * An interrupt sets a flag that long work polls (checks, walks); Lua code is stopped by a hook. What reaches neither in
 * time, the parsing of a large file or a rule in a loop, is ended by a timer, unless a file is being written.
 * EXCEPTION: flags and state here are process-wide: a signal handler can reach nothing else.
 */
#include "lua/commands/bind.h"

#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

enum { PATIENCE = 50000 };	/* microseconds from an interrupt to the end */

static volatile bool interrupted;
static volatile sig_atomic_t conversing;	/* an interrupt ends the answer, not the program */
static volatile sig_atomic_t terminated;	/* the program is to end, whatever it does */
static volatile sig_atomic_t writing;
static lua_State *volatile main_state;

volatile bool *cfr__cmd_interrupted(void)
{
	return &interrupted;
}

void cfr__cmd_writing(bool yes)
{
	writing = yes;
}

bool cfr__cmd_terminated(void)
{
	return terminated;
}

void cfr__cmd_converse(lua_State *L)
{
	conversing = true;
	interrupted = false;
	lua_sethook(L, NULL, 0, 0);
}

static void stop_lua(lua_State *L, lua_Debug *ar)
{
	(void)ar;
	lua_sethook(L, NULL, 0, 0);
	luaL_error(L, "interrupted");
}

static void start_patience(void)
{
	struct itimerval once = { .it_value = { 0, PATIENCE } };

	setitimer(ITIMER_REAL, &once, NULL);	/* a system call and no more */
}

static void on_alarm(int number)
{
	static const char text[] = "cfgrun: interrupted\n";

	(void)number;
	if (writing) {
		start_patience();
		return;
	}
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(130);
	_exit(130);
}

static void on_signal(int number)
{
	if (interrupted && !writing)
		_exit(128 + number);	/* the second time at once */
	interrupted = true;
	if (number != SIGINT)
		terminated = true;
	if (!conversing || number != SIGINT)
		start_patience();
	if (main_state)
		lua_sethook(main_state, stop_lua, LUA_MASKCALL | LUA_MASKRET | LUA_MASKCOUNT, 1);
}

void cfr__cmd_signals_open(lua_State *L)
{
	struct sigaction action = { .sa_handler = on_signal }, alarm = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGALRM, &alarm, NULL);
	signal(SIGPIPE, SIG_DFL);	/* `cfgrun … | head` ends quietly */
	main_state = L;
}

void cfr__cmd_signals_close(void) { main_state = NULL; }
