/** What is tried first when passwords are guessed, in lower case; shorter ones fail by their length. */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `12345678 123456789 1234567890 12345678910 0123456789 87654321 987654321 0987654321 11111111 00000000 88888888 12341234 11223344 12121212
  123123123 147258369 123456789a a123456789 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc zaq12wsx qazwsxedc q1w2e3r4 q1w2e3r4t5 qwertyui
  qwertyuiop qwerty12 qwerty123 qwerty1234 qwerty12345 qwertyuiop123 asdfghjk asdfghjkl asdf1234 zxcvbnm1 zxcvbnm123 abcdefgh abcd1234
  abc12345 abc123456 a1b2c3d4 password password1 password12 password123 password1234 passw0rd p@ssword p@ssw0rd pass1234 passwort passwort1
  mypassword changeme changeme1 changeme123 letmein1 letmein123 welcome1 welcome123 admin123 admin1234 administrator adminadmin root1234
  rootroot test1234 testtest guest123 default1 secret123 iloveyou iloveyou1 iloveyou2 sunshine sunshine1 princess princess1 football football1
  baseball baseball1 basketball superman superman1 batman123 dragon123 monkey123 shadow123 master123 michael1 jennifer jessica1 charlie1
  liverpool liverpool1 chelsea1 arsenal1 trustno1 whatever starwars computer internet samsung1 google123 facebook facebook1 linkedin hello123
  helloworld hellohello freedom1 blink182 pokemon1 pokemon123 minecraft corvette mercedes maverick midnight cocacola butterfly chocolate
  elephant scorpion victoria veronica alexander alexandra christian valentina martgraph martgraph1`.split(/\s+/),
);
