"""python-gsmmodem against the modem at argv[1], with a friend's number in argv[2]; `text` as argv[3] for text mode.

Prints one line for each thing that happened. The test plays the network meanwhile: it texts and calls when asked to by a line.
"""

import sys
import threading
import time

from gsmmodem.modem import GsmModem, StatusReport

port, friend = sys.argv[1:3]
text_mode = sys.argv[3:] == ["text"]
rang, came = threading.Event(), threading.Event()


def say(*words):
    print(*words, flush=True)


def on_call(call):
    if call.number:
        say("call from", call.number)
        rang.set()


def on_text(sms):
    say("text from", sms.number, sms.text)
    came.set()


modem = GsmModem(port, 115200, incomingCallCallbackFunc=on_call, smsReceivedCallbackFunc=on_text)
modem.smsTextMode = text_mode
modem.connect()
modem.waitForNetworkCoverage(10)
say("is", modem.manufacturer, modem.model, modem.imei, modem.imsi)
say("on", modem.networkName, modem.signalStrength, modem.smsc, modem.ownNumber)
say("commands", len(modem.supportedCommands))
say("ussd", modem.sendUssd("*100#").message)
sms = modem.sendSms(friend, "hello from gsmmodem", waitForDeliveryReport=not text_mode)
say("sent", sms.reference)
if not text_mode:
    say("report", sms.report.status == StatusReport.DELIVERED)
    modem.sendSms(friend, "Привет из gsmmodem, " * 8)
time.sleep(2)  # Until the reports of its parts are in: this client takes a line between command and answer for the answer.
say("NOW TEXT")
came.wait(10)
say("NOW CALL")
rang.wait(15)
time.sleep(7)  # Until the caller has given up.
call = modem.dial(friend)
say("dialled", call.active)
call.hangup()
say("stored", len(modem.listStoredSms()))
modem.close()
say("done")
