#!/bin/sh
# Kannel, an SMS gateway, with the modem at $1 as its service centre: a text to $2 by HTTP, and whatever comes is answered. $3 seconds.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/kannel.conf" <<CONF
group = core
admin-port = 23000
smsbox-port = 23001
admin-password = bar
log-file = "$work/log"
log-level = 0
box-allow-ip = "127.0.0.1"

group = smsc
smsc = at
modemtype = auto
device = $1
my-number = "+15125550199"
sim-buffering = true

group = modems
id = generic
name = "any"
init-string = "AT+CNMI=2,1,0,1,0"

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = 23013

group = sendsms-user
username = u
password = p

group = sms-service
keyword = default
text = "an answer from kannel"
CONF
timeout "$3" bearerbox "$work/kannel.conf" > /dev/null 2>&1 &
until grep -q 'AT SMSC successfully opened' "$work/log" 2> /dev/null; do kill -0 $! 2> /dev/null || exit 1; done
timeout "$3" smsbox "$work/kannel.conf" > /dev/null 2>&1 &
number=%2B${2#+}
until curl -s "http://127.0.0.1:23013/cgi-bin/sendsms?username=u&password=p&from=%2B15125550199&to=$number&text=hello+from+kannel"; do kill -0 $! 2> /dev/null || exit 1; done
echo
wait
grep 'AT2.*\(-->\|<--\)' "$work/log"
