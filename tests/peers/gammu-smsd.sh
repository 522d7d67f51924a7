#!/bin/sh
# gammu-smsd against a simulated modem, for some seconds. Usage: gammu-smsd.sh LINK NUMBER SECONDS
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/in" "$dir/out" "$dir/sent" "$dir/error"
cat > "$dir/rc" <<RC
[gammu]
device = $1
connection = at115200
[smsd]
service = files
logfile = stdout
debuglevel = 1
commtimeout = 1
deliveryreport = sms
inboxpath = $dir/in/
outboxpath = $dir/out/
sentsmspath = $dir/sent/
errorsmspath = $dir/error/
RC
echo "hello from smsd" > "$dir/out/OUT$2.txt"
timeout "$3" gammu-smsd -c "$dir/rc" 2>&1
echo "inbox: $(ls "$dir/in" | wc -l)"
cat "$dir"/in/* 2>/dev/null
echo
echo "sent: $(ls "$dir/sent" | wc -l)"
