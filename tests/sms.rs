//! PDUs from the field and the standard's laws, against the codec. The vectors are PDUs published with their meaning in
//! the manuals and test suites of other SMS tools; properties hold for any text and any octets.

use proptest::prelude::*;
use std::time::Duration;
use textback::sms::{
    self, Address, Concat, ConcatReference, Content, Dcs, Deliver, Element, Encoding, Header, Language, Outcome, Pdu,
    Problem, SegmentOptions, Shifts, StatusReport, Submit, SubmitOptions, Timestamp, Tpdu, UserData, Validity, hex,
};

fn decode(pdu: &str) -> Pdu {
    sms::decode(&hex::decode(pdu).unwrap()).unwrap_or_else(|error| panic!("{pdu}: {error}"))
}

fn deliver(pdu: &str) -> (Option<String>, Deliver) {
    match decode(pdu) {
        Pdu {
            smsc,
            tpdu: Tpdu::Deliver(deliver),
        } => (smsc.map(|smsc| smsc.to_string()), deliver),
        other => panic!("{pdu}: not a deliver but {other:?}"),
    }
}

fn submit(pdu: &str) -> Submit {
    match decode(pdu).tpdu {
        Tpdu::Submit(submit) => submit,
        other => panic!("{pdu}: not a submit but {other:?}"),
    }
}

fn report(pdu: &str) -> StatusReport {
    match decode(pdu).tpdu {
        Tpdu::StatusReport(report) => report,
        other => panic!("{pdu}: not a status report but {other:?}"),
    }
}

mod from_the_field {
    use super::*;

    /// PDU, service centre, originator, time, text.
    #[rustfmt::skip]
    const DELIVERS: &[(&str, &str, &str, &str, &str)] = &[
        ("07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
         "+31624000000", "+31641600986", "2002-08-26T19:37:41+00:00", "How are you?"),
        ("07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37",
         "+27381000015", "27838890001", "1999-03-29T15:16:59+02:00", "hellohello"),
        ("07914306073011F0040B914316709807F2000880604290224080084E2D5174901A8BAF",
         "+34607003110", "+34610789702", "2008-06-24T09:22:04+02:00", "中兴通讯"),
        ("0791447758100650040C914497716247010000909010711423400A2050EC468B81C4733A",
         "+447785016005", "+447917267410", "2009-09-01T17:41:32+01:00", "  1741 bst"),
        ("07919333852804000412D0F7FBDD454FB75D693A0000903002801153402BCD301E9F0605D9E971191483C140412A35690D52832063D2F9\
          040599A058EE05A3BD6430580E",
         "+393358824000", "www.tim.it", "2009-03-20T08:11:35+01:00", "Maxxi Alice 100 ATTIVATA FINO AL 19/04/2009"),
        ("07919471060040340409D0C6A733390400009060920173018093CC74595C96838C4F6772085AD6DDE4320B444E9741D4B03C6D7EC3E9E9\
          B71B9474D3CB727799DEA286CFE5B9991DA6CBC3F432E85E9793CBA0F09A9EB6A7CB72BA0B9474D3CB727799DE72D6E9FABAFB0CBAA7E5\
          6490BA4CD7D34170F91BE4ACD3F575F7794E0F9F4161F1B92C2F8FD1EE32DD054AA2E520E3D3991C82A8E5701B",
         "+491760000443", "FONIC", "2009-06-29T10:37:10+02:00",
         "Lieber FONIC Kunde, die Tarifoption Internet-Tagesflatrate wurde aktiviert. Internet-Nutzung wird jetzt pro \
          Nutzungstag abgerechnet. Ihr FONIC Team"),
        ("06917228195339040B917228214365F700003130805120618005D4F29C2E03",
         "+2782913593", "+27821234567", "2013-03-08T15:02:16+02:00", "Test2"),
        ("07915892000000F0040B915892214365F700007040213252242331493A283D0795C3F33C88FE06C9CB6132885EC6D341EDF27C1E3E97E7\
          207B3A0C0A5241E377BB1D7693E72E",
         "+85290000000", "+85291234567", "2007-04-12T23:25:42+08:00",
         "It is easy to read text messages via AT commands."),
        ("06917228195339040B917228214365F70000313062315352800A800D8A5E98D337A910",
         "+2782913593", "+27821234567", "2013-03-26T13:35:25+02:00", "@{tést}!"),
        ("07912180958729F6040B814151733717F500009070102230438A02D937",
         "+12085978926", "14153773715", "2009-07-01T22:03:34-07:00", "Yo"),
        ("07911326040000F0040B911346610089F60000208062917314480CC8F71D14969741F977FD07",
         "+31624000000", "+31641600986", "2002-08-26T19:37:41-01:00", "How are you?"),
        ("0791447758100650040DD0F334FC1CA6970100008080312170224008D4F29CDE0EA7D9",
         "+447785016005", "sipgate", "2008-08-13T12:07:22+01:00", "Testmail"),
        ("07912104442961F4040B916171957291F800001120821105050A6AC8B2BC7C9A83C220F6DB7D2ECB41EDF27C1E3E97411BDE06754FD3D1\
          A0F9BB5D0695F1F4B29B5C2683C6E8B03C3CA697E5F34D6AE303D1D1F2F7DD0D4ABB59A0797D8C0685E7A00028EC26832A960B28EC26\
          83BE6050780EBA97D96C17",
         "+12404492164", "+16175927198", "2011-02-28T11:50:50-05:00",
         "Here's a longer message [{with some extended characters}] thrown in, such as £ and ΩΠΨ and §¿ as well."),
        ("07919730071111F10414D04937BD2C7797E9D3E61400081130929102406108044204350441\
          0442", "+79037011111", "InternetSMS", "2011-03-29T19:20:04+04:00", "тест"),
        ("07912143658709F1000B918100551512F2FF00111010214365000AE8329BFD4697D9EC37",
         "+12345678901", "+18005551212", "2011-01-01T12:34:56+00:00", "hellohello"),
        ("07912143658709F1040B818100551512F20000111010214365000AE8329BFD4697D9EC37",
         "+12345678901", "18005551212", "2011-01-01T12:34:56+00:00", "hellohello"),
        ("07913306091093F0040485810000F111604231805180A049B7F90D9A1AA5A01668F8769BD3E4B29B9E2EB359A03FC85D06A9C3ED707A0E\
          A2CBC3EE79BB4CA7CBCBA05643617DA7C76990FD4D979741EE77DD5E0ED741ED371D442E83E0E1F9BC0CD281E677D9B84C06C1DF7539\
          E85C9097E520FB9B2E2F83C6EF369C5E064D8D52D0BC2E07DDEF77D7DC2C7799E5A0771D040FCB41F402BB0047BFDD6550B80ECAD966",
         "+33609001390", "1800", "2011-06-24T13:08:15+02:00",
         "Info SFR - Confidentiel, à ne jamais transmettre -\r\nVoici votre nouveau mot de passe : sw2ced pour gérer \
          votre compte SFR sur www.sfr.fr ou par téléphone au 963"),
        ("07911356131313F64004850120390011609232239180A006080400100201D7327BFD6EB340E2321BF46E83EA7790F59D1E97DBE1341B44\
          2F83C465763D3DA797E56537C81D0ECB41AB59CC1693C16031D96C064241E5656838AF03A96230982A269BCD462917C8FA4E8FCBED70\
          9A0D7ABBE9F6B0FB5C7683D27350984D4FABC9A0B33C4C4FCF5D20EBFB2D079DCB62793DBD06D9C36E50FB2D4E97D9A0B49B5E96BBCB",
         "+31653131316", "1002", "2011-06-29T23:32:19+02:00",
         "Welkom, bel om uw Voicemail te beluisteren naar +31612001233 (PrePay: *100*1233#). Voicemail ontvangen is \
          altijd gratis. Voor gebruik van mobiel interne"),
        ("07912160130320F6440B916171056429F5000021405291651569320500034C0202E9E8301D44479741F0B09C3E0785E56590BCCC0ED3CB\
          6410FD0D7ABBCBA0B0FB4D4797E52E10",
         "+12063130026", "+16175046925", "2012-04-25T19:56:51-04:00", "that the parts are related to one another. "),
        // Collected by gammu's authors from what people showed in public.
        ("0791198948004544040C9119894882006200007050307040042206CF35689E9603",
         "+919884005444", "+919884280026", "2007-05-03T07:04:40+05:30", "Ok sir"),
        ("07914487200030230406D04F59040000601191806243009F4F990E947DD741EEF71D840EDBCBA0FCBB2E0751CB783A28E8CE\
          D3D3ED3268068381AA4B10BD8CA7CF412650AC2904BDCD2072981E06D1DFA0FABC0CA2A3D373509B8E7681A4E576B92D2ECB\
          41F43788FE86B7EA7010280603BDE5A0F65B5E0689CBE6B7BC0C8ADD6232980D447F83CE653A28FFAECB416679B90C0AB3D9\
          EF7BD83D2E83DC653C1DD4A6A301",
         "+447802000332", "O2_", "2006-11-19T08:26:34+00:00",
         "O2: You now have your Text Anytime 300 UK texts & 1MB of data to use this mth. Remember \
          to top-up  10 or more before 171206 to get your free allowance next mth"),
        ("07912374151616F6040B912374786468F300002010701280334009D4E2940A6A01002D",
         "+32475161616", "+32478746863", "2002-01-07T21:08:33+01:00", "TEST -@@-"),
        ("07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37",
         "+27381000015", "27838890001", "1999-03-29T15:16:59+02:00", "hellohello"),
        ("07912374151616F6040B912374786468F30000201003024550400B54C29E2E1F8300A0800B",
         "+32475161616", "+32478746863", "2002-01-30T20:54:05+01:00", "Tèätrc @ £."),
        ("0791836027201111040C918390276576880000701192908285800133",
         "+380672021111", "+380972566788", "2007-11-29T09:28:58+02:00", "3"),
        ("0791246020099990400C91247042972767000070107031107440A005000301020182E8B71A040FDBD96516881E5E83DA6590\
          7D5C968741EEF49AFC06B9CBEFB53C4C66B34061771AE42EEBDDE1799AED4EB34161D0BA0E7F93D3F63A483D2FB74161771A\
          E42ED7E7EE3A3BCC0285C720FABB5D07B5DF6390BB3C1FA3C3FA32FBAD4BB940D43219342F83C6E8FC9C1E6E83E0F2F0F86D\
          0FD3416150FBAD77874169903B0CA2BF41",
         "+420602909909", "+420724797276", "2007-01-07T13:01:47+01:00",
         "Ahoj pavle, tak me vcera nikdo neokradl, ani neznasilnil a kupodivu jsem ani neusnula, ac tomu moc \
          neschazelo:). Ted se chystam pracovat a mozna i na to "),
    ];

    #[test]
    fn delivers_say_what_their_publishers_say() {
        for &(pdu, smsc, originator, time, text) in DELIVERS {
            let (got_smsc, got) = deliver(pdu);
            assert_eq!(got_smsc.as_deref(), Some(smsc), "{pdu}");
            assert_eq!(got.originator.to_string(), originator, "{pdu}");
            assert_eq!(got.timestamp.rfc3339().as_deref(), Some(time), "{pdu}");
            assert_eq!(got.user_data.text().as_deref(), Some(text), "{pdu}");
        }
    }

    #[test]
    fn what_was_decoded_encodes_to_the_same_octets() {
        for &(pdu, ..) in DELIVERS {
            // One sender leaves the fill bit after its header set; ours is clear.
            let pdu = pdu.replace("4C0202E9E8", "4C0202E8E8");
            assert_eq!(hex::encode(&decode(&pdu).encode().unwrap()), pdu);
        }
    }

    #[test]
    fn parts_of_a_german_notice_join_into_one() {
        let pdus = [
            "07919471227210244405852122F039F101506271217180A005000319020198E9B2B82C0759DFE4B0F9ED2EB7967537B9CC02B5D37450\
             122D2FCB41EE303DFD7687D96537881A96A7CD6F383DFD7683F46134BBEC064DD36550DA0D22A7CBF3721BE42CD3F5A0198B56036DC\
             A20B8FC0D6A0A4170767D0EAAE540433A082E7F83A6E5F93CFD76BB40D7B2DB0D9AA6CB2072BA3C2F83926EF31BE44E8FD17450BB8C\
             9683CA",
            "07919471227210244405852122F039F1015062712181804F050003190202E4E8309B5E7683DAFC319A5E76B340F73D9A5D7683A6E932\
             68FD9ED3CB6EF67B0E5AD172B19B2C2693C9602E90355D6683A6F0B007946E8382F5393BEC26BB00",
        ];
        let delivers = pdus.map(|pdu| deliver(pdu).1);
        assert_eq!(delivers[0].concat_key(), delivers[1].concat_key());
        assert_eq!(delivers[0].dcs.class(), Some(1));
        let concat = delivers[1].user_data.header().concat().unwrap();
        assert_eq!(
            (concat.reference, concat.total, concat.part),
            (ConcatReference::Eight(25), 2, 2)
        );
        let assembled = sms::assemble(2, [(2, &delivers[1].user_data), (1, &delivers[0].user_data)]);
        assert!(
            assembled
                .text
                .contains("3,45 € pro MB plus 59 Ct pro Session. Wenn Sie diese Info nicht mehr erhalten")
        );
        assert!(assembled.is_complete());
    }

    #[test]
    fn three_russian_parts_in_any_order_are_one_text() {
        let pdus = [
            "038121F340048155550119906041001222048C0500031E0301041804420430043A002C00200410043B0435043A04410430043D04340440\
             002000200441043B044304480430043B00200437043000200434043204350440044C044E0020002004380020002004320441043500200431\
             043E043B044C044804350020043F0440043504380441043F043E043B043D044F043B0441044F002000200433043D0435",
            "038121F340048155550119906041001222048C0500031E03020432043E043C002E000A041D0430043A043E043D04350446002C0020043D04\
             3500200432002004410438043B04300445002004340430043B043504350020044204350440043F04350442044C002C0020043E043D002004\
             41044204400435043C043804420435043B044C043D043E002004320431043504360430043B002004320020043A043E",
            "038121F340048155550119906041001222044A0500031E0303043C043D043004420443002C0020043F043E043704300431044B0432000A04\
             34043004360435002C002004470442043E002000200431044B043B0020043D04300433002E",
        ];
        let [one, two, three] = pdus.map(|pdu| deliver(pdu).1);
        let assembled = sms::assemble(3, [(3, &three.user_data), (1, &one.user_data), (2, &two.user_data)]);
        let text = "Итак, Александр  слушал за дверью  и  все больше преисполнялся  гневом.\nНаконец, не в силах далее \
                    терпеть, он стремительно вбежал в комнату, позабыв\nдаже, что  был наг.";
        assert_eq!(assembled.text, text);
        assert_eq!(one.concat_key(), three.concat_key());
    }

    #[test]
    fn formatted_text_is_read_as_text_and_its_elements_stay() {
        let octets = hex::decode(
            "41000B915121551532F40000631A0A031906200A032104100A032705040A032E05080A043807002B8ACD29A85D9ECFC3E7F21C340EBB41\
             E3B79B1E4EBB41697A989D1EB340E2379BCC02B1C3F27399059AB7C36C3628EC2683C66FF65B5E2683E8653C1D",
        )
        .unwrap();
        let Ok(Tpdu::Submit(got)) = sms::decode_tpdu(&octets) else {
            panic!("not a submit")
        };
        let text = "EMS messages can contain italic, bold, large, small and colored text";
        assert_eq!(got.user_data.text().as_deref(), Some(text));
        assert_eq!(got.user_data.header().elements().len(), 5);
        assert_eq!(got.encode(), Ok(octets));
    }

    #[test]
    fn spanish_symbols_stand_where_other_tools_have_them() {
        let pdu = "0001000B91531010101010000026\
                   9BC446B1A16C509BD4E6B5E16D7A1BDF06B8096E929BE7A6BA096FCA9BF4E6BDA903";
        let got = submit(pdu);
        let Content::Gsm7(septets) = got.user_data.content() else {
            panic!("not GSM-7")
        };
        let header = Header::NONE.with_shifts(Shifts {
            locking: None,
            single: Some(Language::Spanish),
        });
        let spanish = UserData::new(header, Content::Gsm7(septets.clone())).unwrap();
        assert_eq!(spanish.text().as_deref(), Some("ç\u{C}^{}\\[~]|ÁÍÓÚá€íóú"));
    }

    #[test]
    fn a_part_with_more_to_come_keeps_its_header() {
        let (_, got) = deliver(
            "0591721891F1400781721881F800003160526104848059050003C30101916536FB1DCABEEB2074D85E064941B19CAB060319A5C52228\
             9C96D3D3ED32286C0FA7D96131BBEC024941B19CAB0603DDD36C36A88C87A7E565D0DB0D82C55EB0DB4B068BCD5C20",
        );
        assert_eq!(got.originator.to_string(), "2781188");
        let text = "Hello!You have R 19.50 FREE airtime available. R 19.50 will expire on 01/07/2013. ";
        assert_eq!(got.user_data.text().as_deref(), Some(text));
        let concat = Concat {
            reference: ConcatReference::Eight(0xC3),
            total: 1,
            part: 1,
        };
        assert_eq!(got.user_data.header().concat(), Some(concat));
        assert!(got.more_messages);
    }

    #[test]
    fn submits_are_read_with_every_kind_of_validity() {
        let relative = submit("07911326040000F0310D0B911326880736F40000A90FF7FBDD454E87CDE1B0DB357EB701");
        assert_eq!(relative.user_data.text().as_deref(), Some("www.diafaan.com"));
        assert_eq!(relative.validity.period(), Some(Duration::from_secs(3 * 24 * 3600)));
        assert_eq!((relative.reference, relative.status_report_request), (13, true));
        assert_eq!(relative.destination.to_string(), "+31628870634");
        let absolute = submit("0019000B917228001011F100003170013193008017D474BB3CA787DB70903DCC4E93D3F43C885E9ED301");
        let Validity::Absolute(until) = absolute.validity else {
            panic!("{:?}", absolute.validity)
        };
        assert_eq!(until.rfc3339().as_deref(), Some("2013-07-10T13:39:00+02:00"));
        let none = submit("07914346466554F601000B914316565811F9000806304253F68449");
        assert_eq!(
            (none.validity, none.user_data.text().as_deref()),
            (Validity::None, Some("あ叶葉"))
        );
        let stored = submit(&format!(
            "002100098136397339F70008224F60597D{}4F60",
            "4F60597D".repeat(7)
        ));
        assert_eq!(stored.user_data.text(), Some("你好".repeat(8) + "你"));
        let octets = submit("0591721891F101000B917228214365F700040C48656C6C6F20776F726C6421");
        assert_eq!(octets.user_data.content(), &Content::Data(b"Hello world!".to_vec()));
        assert_eq!(octets.user_data.text(), None);
    }

    #[test]
    fn our_submits_are_those_of_other_tools() {
        let four_days = Validity::at_least(Duration::from_secs(4 * 24 * 3600));
        #[rustfmt::skip]
        let table = [
            ("+34616585119", "hola", Validity::None, false, "01000B914316565811F9000004E8373B0C"),
            ("+34616585119", "hola", four_days, false, "11000B914316565811F90000AA04E8373B0C"),
            ("+34654123456", "hey yo", Validity::None, true, "21000B914356143254F6000006E8721E947F03"),
            ("+34654123456", "Hölä", four_days, false, "11000B914356143254F60000AA04483E7B0F"),
            ("+34654123456", "BÄRÇA äñ@", Validity::None, false, "01000B914356143254F6000009C2AD341104EDFB00"),
            ("655345678", "Русский", four_days, false, "1100098156355476F80008AA0E0420044304410441043A04380439"),
            ("+15556661234", "This is really cool ΔΔΔΔΔ", Validity::Relative(0), false,
             "11000B915155661632F40000001954747A0E4ACF41F27298CDCE83C6EF371B0481402010"),
            ("+15555551234", "Hi there...Tue 17th Jan 2012 05:30.18 pm (GMT+1) ΔΔΔΔΔ", Validity::Relative(0), false,
             "11000B915155551532F400000036C834888E2ECBCB2E978B5A2F8362373A1AA40CBB4132584C0682D574339\
              82B8603C1DB20D4B1495DC552200804028100"),
            ("+27820001111", "Hello World!", Validity::None, false, "01000B917228001011F100000CC8329BFD065DDF72363904"),
        ];
        for (to, text, validity, report, tpdu) in table {
            let options = SubmitOptions {
                report,
                validity,
                ..SubmitOptions::default()
            };
            let to = Address::dialled(to).unwrap();
            let parts = sms::submit_parts(&to, text, ConcatReference::Eight(0), options).unwrap();
            assert_eq!(parts.len(), 1);
            assert_eq!(hex::encode(&parts[0].encode().unwrap()), tpdu, "{text}");
        }
    }

    #[test]
    fn a_long_text_is_cut_as_other_tools_cut_it() {
        let text = "Or walk with Kings - nor lose the common touch, if neither foes nor loving friends can hurt you, If all \
                    men count with you, but none too much; If you can fill the unforgiving minute With sixty seconds' \
                    worth of distance run, Yours is the Earth and everything thats in it, And - which is more - you \
                    will be a Man, my son";
        let last = "5100098156355476F80000AA14050003880303C2A066D8CD02B5F3A0F9DB0D";
        let options = SubmitOptions {
            validity: Validity::at_least(Duration::from_secs(4 * 24 * 3600)),
            ..SubmitOptions::default()
        };
        let to = Address::dialled("655345678").unwrap();
        let parts = sms::submit_parts(&to, text, ConcatReference::Eight(136), options).unwrap();
        assert_eq!(parts.len(), 3);
        assert_eq!(hex::encode(&parts[2].encode().unwrap()), last);
        assert!(hex::encode(&parts[0].encode().unwrap()).starts_with("5100098156355476F80000AAA00500038803019E72D03D"));
    }

    #[test]
    fn status_reports_are_read_padded_or_not() {
        let got = report("0006D60B911326880736F4111011719551401110117195714000");
        assert_eq!(
            (got.reference, got.recipient.to_string().as_str()),
            (214, "+31628870634")
        );
        assert_eq!(got.timestamp.rfc3339().as_deref(), Some("2011-01-11T17:59:15+01:00"));
        assert_eq!(got.discharge.rfc3339().as_deref(), Some("2011-01-11T17:59:17+01:00"));
        assert_eq!((got.status, got.outcome(), got.pid), (0, Outcome::Delivered, None));
        // As a SIM gives it: the rest of the record is FF.
        let padded = report(&format!(
            "0006D60B911326880736F4111011719551401110117195714000{}",
            "FF".repeat(40)
        ));
        assert_eq!(padded, got);
        let spanish = report("07914306073011F006270B913426565711F7012081111345400120811174054043");
        assert_eq!(
            (spanish.reference, spanish.status, spanish.outcome()),
            (0x27, 0x43, Outcome::Failed)
        );
    }

    /// From the collection of gammu's authors: a report with TP-PI and all of its fields, one without, one from a record's FF.
    #[test]
    fn status_reports_of_a_collection_have_their_reference_and_time() {
        for (pdu, recipient, reference, discharge) in [
            (
                "079124603050020006E80C91666666666666909070618422809090706184628000",
                "+666666666666",
                232,
                "2009-09-07T16:48:26+02:00",
            ),
            (
                "07911614786007F006060B911634092142F4019071011000040190710110450400060000",
                "+61439012244",
                6,
                "2010-09-17T10:01:54+10:00",
            ),
            (
                "079124602009999006B4098106326906F2212041015554402120410155054000",
                "602396602",
                180,
                "2012-02-14T10:55:50+01:00",
            ),
        ] {
            let got = report(pdu);
            assert_eq!(
                (got.recipient.to_string().as_str(), got.reference),
                (recipient, reference)
            );
            assert_eq!(got.discharge.rfc3339().as_deref(), Some(discharge));
            assert_eq!(got.outcome(), Outcome::Delivered);
        }
    }

    #[test]
    fn a_header_that_is_announced_and_not_there_is_an_empty_text() {
        let stored = submit("058163465010D5B00C8163460653332000000000");
        assert_eq!(stored.destination.to_string(), "366460353302");
        assert_eq!(stored.user_data.text().as_deref(), Some(""));
    }

    #[test]
    fn a_header_may_take_all_the_room() {
        let (_, picture) = deliver(
            "0791539111161616640C9153916161755000F54020310164450084831281000615FFFFE7F6E003E193CC0B0000E793D1460000E193D2A00000E793D1400000E1C7D0900000FFFFD2A00000F88FD1400000F047E8806003F007F700D3E6F82C79D06413FC5C7EE809C8FE3FFF7012E4FFFFFFA823E2E0867FB021C2F99E7FA8208289867FB42082899FFF9A2492F9867FDD13E4FFFFFFEE8808FFFFFFED4808",
        );
        assert_eq!(picture.user_data.content(), &Content::Data(Vec::new()));
        assert_eq!(picture.user_data.header().elements().len(), 1);
    }

    #[test]
    fn a_status_report_with_a_mangled_address_still_has_its_verdict() {
        let got = report("0297F1061C0F910B487228297020F5317062419272803170624192138000");
        assert_eq!((got.reference, got.status), (28, 0));
        assert_eq!(got.discharge.rfc3339().as_deref(), Some("2013-07-26T14:29:31+02:00"));
    }
}

mod malformed {
    use super::*;

    fn error(pdu: &str) -> String {
        hex::decode(pdu)
            .and_then(|octets| sms::decode(&octets))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn every_cut_of_a_pdu_names_its_field_and_octet() {
        let whole = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07";
        let octets = hex::decode(whole).unwrap();
        #[rustfmt::skip]
        let field_at = |cut: usize| match cut {
            0..=7 => "SMSC", 8 => "TP-MTI", 9..=16 => "TP-OA", 17 => "TP-PID", 18 => "TP-DCS", 19..=25 => "TP-SCTS",
            26 => "TP-UDL", _ => "TP-UD",
        };
        for cut in 0..octets.len() {
            let error = sms::decode(&octets[..cut]).unwrap_err();
            assert_eq!(error.field, field_at(cut), "{cut}");
            assert!(
                matches!(error.problem, Problem::Truncated { .. }) && error.octet <= cut,
                "{cut}"
            );
        }
    }

    #[test]
    fn lengths_past_the_standard_are_errors() {
        assert_eq!(error("0C91"), "SMSC at octet 0: too long: 12, at most 11 allowed");
        assert_eq!(
            error("0004159113"),
            "TP-OA at octet 2: too long: 21, at most 20 allowed"
        );
        let long = format!("000403811100000811111111111100A1{}", "00".repeat(200));
        assert!(error(&long).contains("TP-UDL"), "{}", error(&long));
        // A SUBMIT whose UDL of 160 octets cannot be in UCS-2.
        assert!(error("0041010C910661345542F60008A0050003000301306F3044").starts_with("TP-UDL at octet 13"));
        assert!(error("").starts_with("SMSC at octet 0"));
        assert!(error("00").starts_with("TP-MTI at octet 1"));
    }

    #[test]
    fn a_reserved_kind_is_read_as_a_deliver() {
        let (_, got) = deliver("07911326040000F0070B911346610089F60000208062917314080CC8F71D14969741F977FD07");
        assert_eq!(got.user_data.text().as_deref(), Some("How are you?"));
    }

    #[test]
    fn a_bad_time_does_not_cost_the_text() {
        let (_, got) = deliver("07911326040000F0040B911346610089F60000FFFFFFFFFFFFFF0CC8F71D14969741F977FD07");
        assert_eq!(
            (got.timestamp.rfc3339(), got.user_data.text().as_deref()),
            (None, Some("How are you?"))
        );
    }

    #[test]
    fn padding_after_a_deliver_is_left_alone() {
        let (_, got) = deliver("07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07FFFFFF");
        assert_eq!(got.user_data.text().as_deref(), Some("How are you?"));
        // What lay in the buffer, from the collection of gammu's authors.
        let (_, got) = deliver(
            "07914336120011F10404A14949000021807001253040356C76B81D268741F0B29C9C268741E4B20EB49AD16CB19BAD368BD96EA0B71B04\
             BBBD603810284C078162315D2CE70289EBFAE1AC0CB2BFF52C10FC2D0799C3F6B71CC46687DB6550980D8AC962",
        );
        assert_eq!(
            got.user_data.text().as_deref(),
            Some("llamada perdida de: +34617653167 on 07/08  at  11:19.")
        );
    }

    #[test]
    fn a_header_whose_elements_do_not_add_up_is_ignored_and_the_text_shown() {
        let (_, got) = deliver("0044038111F0000811111111111100070500090102030041");
        assert_eq!(got.user_data.header().concat(), None);
        assert_eq!(got.user_data.header().ignored(), [0, 9, 1, 2, 3]);
        assert!(error("0044038111F000041111111111110003090003").starts_with("TP-UDHL at octet 16"));
    }

    #[test]
    fn a_dcs_that_contradicts_the_text_is_not_encoded() {
        let (_, mut got) = deliver("07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07");
        got.dcs = Dcs::UCS2;
        assert_eq!(got.encode().unwrap_err().problem, Problem::CodingMismatch);
    }
}

mod json {
    use textback::sms::json::decode;

    #[test]
    fn eight_bit_content_is_hexadecimal_and_has_ports() {
        let got = decode("0044038111F0000411111111111100090605040B8423F0ABCD").unwrap();
        assert!(
            got.contains(r#""encoding":"8bit","text":null,"data":"ABCD","concat":null"#),
            "{got}"
        );
        assert!(got.contains(r#""ports":{"destination":2948,"source":9200}"#), "{got}");
        assert!(
            got.contains(r#""smsc":null,"address":"110","address_type":"unknown""#),
            "{got}"
        );
    }

    #[test]
    fn a_status_report_has_its_outcome_and_discharge() {
        let got = decode("0006D60B911326880736F4111011719551401110117195714030").unwrap();
        let want = concat!(
            r#"{"kind":"status-report","smsc":null,"address":"+31628870634","address_type":"international","#,
            r#""timestamp":"2011-01-11T17:59:15+01:00","encoding":null,"text":null,"data":null,"concat":null,"#,
            r#""ports":null,"class":null,"reference":214,"status":48,"outcome":"trying","#,
            r#""discharge":"2011-01-11T17:59:17+01:00"}"#
        );
        assert_eq!(got, want);
    }

    #[test]
    fn a_submit_has_its_reference_and_no_time() {
        let got = decode("07914346466554F601070B914316565811F9001006E8721E947F03").unwrap();
        assert!(
            got.starts_with(r#"{"kind":"submit","smsc":"+34646456456","address":"+34616585119""#),
            "{got}"
        );
        assert!(
            got.ends_with(r#""ports":null,"class":0,"reference":7,"status":null}"#),
            "{got}"
        );
    }
}

mod laws {
    use super::*;

    fn reference() -> impl Strategy<Value = ConcatReference> {
        prop_oneof![
            any::<u8>().prop_map(ConcatReference::Eight),
            any::<u16>().prop_map(ConcatReference::Sixteen)
        ]
    }

    /// Texts that look like people's: runs of one script, escapes, emoji, marks, line ends.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[ -~]{0,90}",
            "[€{}\\[\\]~|^\\\\]{0,40}",
            "[а-яА-Я ]{0,60}",
            "[😀-🙏]{0,20}",
            "[ğĞşŞıİçöü ]{0,30}",
            "[ऀ-ॿ ]{0,40}",
            Just("👨‍👩‍👧‍👦".to_owned()),
            Just("e\u{301}\r\n".to_owned()),
            any::<String>(),
        ];
        prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
    }

    fn to() -> Address {
        Address::dialled("+15125550100").unwrap()
    }

    fn round_trip(text: &str, options: SegmentOptions) -> Result<(), TestCaseError> {
        let segments = sms::segment(text, options).unwrap();
        let total = u8::try_from(segments.parts.len()).unwrap();
        let mut parts = Vec::new();
        for user_data in segments.parts {
            let timestamp = Timestamp::from_utc(1_700_000_000_000, -18_000).unwrap();
            let deliver = Deliver::new(to(), timestamp, user_data);
            let octets = deliver.encode().unwrap();
            prop_assert!(
                octets.len() <= 164,
                "a TPDU is at most 164 octets, not {}",
                octets.len()
            );
            let Ok(Tpdu::Deliver(again)) = sms::decode_tpdu(&octets) else {
                panic!("not a deliver")
            };
            prop_assert_eq!(&again, &deliver);
            prop_assert_eq!(again.concat_key().is_some(), total > 1);
            let number = again.user_data.header().concat().map_or(1, |concat| concat.part);
            prop_assert!(
                again
                    .user_data
                    .text()
                    .is_some_and(|text| total == 1 || !text.is_empty())
            );
            parts.push((number, again.user_data));
        }
        parts.reverse();
        let assembled = sms::assemble(total, parts.iter().map(|(number, user_data)| (*number, user_data)));
        prop_assert_eq!(assembled.text, text);
        prop_assert!(assembled.missing.is_empty());
        Ok(())
    }

    proptest! {
        #![proptest_config(crate::law(300))]

        #[test]
        fn any_text_comes_back_whole(text in text(), reference in reference(), national_tables: bool) {
            round_trip(&text, SegmentOptions { national_tables, ..SegmentOptions::new(reference) })?;
        }

        #[test]
        fn no_part_alone_holds_half_a_character(text in text()) {
            let segments = sms::segment(&text, SegmentOptions::new(ConcatReference::Eight(1))).unwrap();
            for part in &segments.parts {
                if let Content::Ucs2(units) = part.content() {
                    prop_assert!(String::from_utf16(units).is_ok());
                }
                if let Content::Gsm7(septets) = part.content() {
                    prop_assert_ne!(septets.last(), Some(&0x1B));
                }
            }
            let cost = sms::cost(&text);
            prop_assert_eq!((cost.encoding, cost.parts), (segments.encoding, segments.parts.len()));
        }

        #[test]
        fn any_octets_are_read_or_refused(octets in prop::collection::vec(any::<u8>(), 0..250)) {
            let _ = sms::decode(&octets);
            if let Ok(tpdu) = sms::decode_tpdu(&octets) {
                // What was read can be written, and reads the same again.
                let written = tpdu.encode().unwrap();
                prop_assert_eq!(sms::decode_tpdu(&written), Ok(tpdu));
            }
        }

        #[test]
        fn a_pdu_with_one_octet_wrong_does_no_harm(
            text in "[ -~]{0,160}", at in 0usize..200, octet: u8, cut in 0usize..200
        ) {
            let submits = sms::submit_parts(&to(), &text, ConcatReference::Eight(1), SubmitOptions::default()).unwrap();
            let mut octets = Pdu { smsc: Some(to()), tpdu: Tpdu::Submit(submits[0].clone()) }.encode().unwrap();
            if let Some(place) = octets.get_mut(at) {
                *place = octet;
            }
            octets.truncate(cut);
            if let Ok(pdu) = sms::decode(&octets) {
                let written = pdu.encode().unwrap();
                prop_assert_eq!(sms::decode(&written), Ok(pdu));
            }
        }

        #[test]
        fn any_line_is_hex_or_refused(line: String) {
            let _ = sms::json::decode(&line);
        }

        #[test]
        fn any_octets_in_hex_come_back(octets: Vec<u8>) {
            prop_assert_eq!(hex::decode(&hex::encode(&octets)), Ok(octets));
        }

        #[test]
        fn any_number_comes_back(toa in any::<u8>(), digits in "[0-9*#abc]{0,20}") {
            // Digits of every type but the alphanumeric.
            let toa = if toa >> 4 & 7 == 5 { toa ^ 0x10 } else { toa };
            let address = Address::number(toa, &digits).unwrap();
            let report = StatusReport::new(1, address.clone(), Timestamp([0; 7]), Timestamp([0; 7]), 0);
            let Ok(Tpdu::StatusReport(again)) = sms::decode_tpdu(&report.encode().unwrap()) else { panic!() };
            prop_assert_eq!(again.recipient, address);
        }

        #[test]
        fn any_address_octets_are_read_and_written_again(
            length in 0u8..=20, toa: u8, value in prop::collection::vec(any::<u8>(), 10)
        ) {
            let mut octets = vec![0x06, 1, length, toa];
            octets.extend(value.iter().take(usize::from(length).div_ceil(2)));
            octets.extend([0x11; 15]);
            let read = sms::decode_tpdu(&octets).unwrap();
            prop_assert_eq!(sms::decode_tpdu(&read.encode().unwrap()), Ok(read));
        }

        #[test]
        fn any_second_of_the_window_comes_back(s in 631_152_000i64 + 86_400..3_786_912_000i64 - 86_400, quarters in -79i32..=79) {
            let stamp = Timestamp::from_utc(s * 1000, quarters * 900).unwrap();
            prop_assert_eq!((stamp.utc_ms(), stamp.offset_s()), (Some(s * 1000), Some(quarters * 900)));
        }

        #[test]
        fn transliterated_text_is_gsm7_unless_it_says_why_not(text in text()) {
            let got = sms::to_gsm7_lossy(&text);
            prop_assert_eq!(sms::cost(&got.text).encoding == Encoding::Gsm7, got.remaining.is_empty());
        }
    }

    #[test]
    fn every_status_has_the_outcome_of_its_clause() {
        let stamp = Timestamp([0; 7]);
        let outcome = |status| StatusReport::new(0, to(), stamp, stamp, status).outcome();
        let table = [
            (0x00, Outcome::Delivered),
            (0x01, Outcome::Delivered),
            (0x02, Outcome::Delivered),
            (0x10, Outcome::Delivered),
            (0x20, Outcome::Trying),
            (0x25, Outcome::Trying),
            (0x30, Outcome::Trying),
            (0x3F, Outcome::Trying),
            (0x40, Outcome::Failed),
            (0x46, Outcome::Failed),
            (0x60, Outcome::Failed),
            (0x7F, Outcome::Failed),
            (0x80, Outcome::Failed),
            (0xFF, Outcome::Failed),
        ];
        for (status, want) in table {
            assert_eq!(outcome(status), want, "{status:02X}");
        }
    }

    #[test]
    fn a_status_report_with_a_text_comes_back() {
        let stamp = Timestamp::from_utc(1_700_000_000_000, 0).unwrap();
        let user_data = sms::segment("Zugestellt", SegmentOptions::new(ConcatReference::Eight(0)))
            .unwrap()
            .parts;
        let whole = StatusReport {
            pid: Some(0),
            dcs: Some(Dcs::GSM7),
            user_data: user_data.into_iter().next(),
            more_messages: true,
            ..StatusReport::new(9, to(), stamp, stamp, 0x46)
        };
        assert_eq!(
            sms::decode_tpdu(&whole.encode().unwrap()),
            Ok(Tpdu::StatusReport(whole))
        );
    }

    #[test]
    fn a_national_text_needs_its_header_in_every_part() {
        let shifts = Shifts {
            locking: None,
            single: Some(Language::Turkish),
        };
        let text = "ş".repeat(100);
        let options = SegmentOptions {
            national_tables: true,
            ..SegmentOptions::new(ConcatReference::Eight(3))
        };
        let segments = sms::segment(&text, options).unwrap();
        assert_eq!(segments.parts.len(), 1, "one septet each in the locking table");
        assert_eq!(segments.parts[0].header().shifts().locking, Some(Language::Turkish));
        let header = Header::NONE.with_shifts(shifts).with(Element {
            id: 0x70,
            octets: vec![1],
        });
        let single = UserData::new(header, Content::Gsm7(vec![0x1B, 0x73])).unwrap();
        assert_eq!(single.text().as_deref(), Some("ş"));
        let long = sms::segment(&"ş".repeat(300), options).unwrap();
        assert!(long.parts.len() > 1 && long.parts.iter().all(|part| part.header().shifts().locking.is_some()));
    }
}
