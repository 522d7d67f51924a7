// serialport-gsm (npm) against the modem at argv[2], with a friend's number in argv[3]. Prints one line for each thing that
// happened; the test texts and calls when asked to by a line.

const [port, friend] = process.argv.slice(2);
const modem = require('serialport-gsm').Modem();
const say = (...words) => console.log(...words);
const settings = {
  baudRate: 115200, dataBits: 8, stopBits: 1, parity: 'none', rtscts: false, xon: false, xoff: false, xany: false,
  autoDeleteOnReceive: true, enableConcatenation: true, incomingCallIndication: true, incomingSMSIndication: true,
  pin: '', customInitCommand: '', cnmiCommand: 'AT+CNMI=2,1,0,2,1',
};
const seen = new Set();
const finish = (what) => {
  seen.add(what);
  if (seen.has('text') && seen.has('call') && seen.has('sent')) {
    say('done');
    process.exit(0);
  }
};
setTimeout(() => process.exit(1), 40000);
modem.on('onNewIncomingCall', (call) => { say('call from', call.data.number); finish('call'); });
modem.on('onNewMessage', (texts) => { say('text from', texts[0].sender, texts[0].message); finish('text'); });
modem.on('open', () => modem.initializeModem(() => modem.setModemMode(() => {
  modem.getModemSerial((answer) => say('is', answer.data.modemSerial));
  modem.getNetworkSignal((answer) => say('signal', answer.data.signalQuality));
  modem.getOwnNumber((answer) => say('own', answer.data.number));
  modem.sendSMS(friend, 'hello from serialport-gsm', false, () => {});
  modem.sendSMS(friend, 'Привет из serialport-gsm, '.repeat(6), false, (answer) => {
    if (answer.request === 'SendSMS') {
      say('NOW TEXT');
      say('NOW CALL');
      finish('sent');
    }
  });
}, false, 10000, 'PDU')));
modem.open(port, settings, () => {});
