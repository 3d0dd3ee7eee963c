// Sends one message with nodemailer: PORT MODE CA.
const fs = require("fs");
const nodemailer = require("nodemailer");

const [port, mode, authority] = process.argv.slice(2);
const transport = nodemailer.createTransport({
  host: "localhost",
  port: Number(port),
  secure: mode === "on-connect",
  requireTLS: mode === "starttls" || mode === "untrusted",
  ignoreTLS: mode === "plain",
  auth: { user: "joe", pass: "correct-horse" },
  tls: { ca: fs.readFileSync(authority) },
});
transport
  .sendMail({
    from: "joe@here.com",
    to: "jane@there.com",
    subject: "From a real client",
    text: "Hello.",
  })
  .catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
