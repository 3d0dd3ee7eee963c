"""Sends one message with Python's smtplib: PORT MODE CA."""
import smtplib
import ssl
import sys

port, mode, authority = int(sys.argv[1]), sys.argv[2], sys.argv[3]
context = ssl.create_default_context(cafile=authority)
if mode == "on-connect":
    server = smtplib.SMTP_SSL("localhost", port, timeout=60, context=context)
else:
    server = smtplib.SMTP("localhost", port, timeout=60)
with server:
    if mode in ("starttls", "untrusted"):
        server.starttls(context=context)
    server.login("joe", "correct-horse")
    server.sendmail(
        "joe@here.com",
        ["jane@there.com"],
        "From: joe@here.com\r\nTo: jane@there.com\r\nSubject: From a real client\r\n\r\nHello.\r\n",
    )
