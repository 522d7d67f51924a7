#!/bin/sh
# smstools' daemon against the modem at $1: receives, sends a text of one part and one of several to $2 with reports. $3 seconds.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/outgoing" "$work/incoming" "$work/sent" "$work/failed" "$work/checked" "$work/report"
number=${2#+}
cat > "$work/smsd.conf" <<CONF
devices = GSM1
outgoing = $work/outgoing
checked = $work/checked
incoming = $work/incoming
sent = $work/sent
failed = $work/failed
report = $work/report
logfile = $work/log
infofile = $work/working
pidfile = $work/pid
delaytime = 1
[GSM1]
init = AT+CNMI=2,1,0,2,0
device = $1
incoming = yes
report = yes
baudrate = 115200
rtscts = no
memory_start = 0
CONF
printf 'To: %s\nReport: yes\n\nhello from smstools\n' "$number" > "$work/outgoing/short"
printf 'To: %s\nReport: yes\nAlphabet: UTF-8\n\nПривет из smstools: %s\n' "$number" \
  "a text of more than seventy characters, so that it takes two parts of UCS-2" > "$work/outgoing/long"
timeout "$3" smsd -c "$work/smsd.conf" -s > /dev/null 2>&1
cat "$work/incoming/"* "$work/report/"*
echo "sent: $(find "$work/sent" -type f | wc -l), failed: $(find "$work/failed" -type f | wc -l)"
