// Package measure starts servers in processes of their own, talks to them as a
// client does, and reads what they take of the machine. The programs that check
// weight, speed and endurance share it.
package measure
