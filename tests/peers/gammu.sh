#!/bin/sh
# gammu against a simulated modem. Usage: gammu.sh LINK NUMBER
# Prints what gammu says; the last line of each step is "exit N".
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
printf '[gammu]\ndevice = %s\nconnection = at115200\n' "$1" > "$dir/rc"
step() { echo "== gammu $*"; timeout 60 gammu -c "$dir/rc" "$@" 2>&1; echo "exit $?"; }
step identify
step getsmsc
step networkinfo
step sendsms TEXT "$2" -text "hello from gammu"
step sendsms TEXT "$2" -unicode -text "Привет из gammu"
step sendsms TEXT "$2" -len 400 -text "$(printf 'long text %.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25)"
step getallsms
step deleteallsms 3
