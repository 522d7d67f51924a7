#!/bin/sh
# gnokii against a simulated modem. Usage: gnokii.sh LINK NUMBER
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
printf '[global]\nport = %s\nmodel = AT\nconnection = serial\nserial_baudrate = 115200\nuse_locking = no\n' "$1" > "$dir/rc"
step() { echo "== gnokii $*"; timeout 60 gnokii --config "$dir/rc" "$@" 2>&1; echo "exit $?"; }
step --identify
step --monitor once
step --getsmsc
echo "hello from gnokii" | step --sendsms "$2"
step --getsms SM 0 3
step --showsmsfolderstatus
step --deletesms SM 1
