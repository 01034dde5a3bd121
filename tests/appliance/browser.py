#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""browser.py STEP... - what somebody does with a wiki in a headless Chromium, driven by chromedriver (WebDriver)

  open URL              go there
  login URL USER FILE   log in to the wiki at URL with the password in FILE
  edit URL TITLE FILE   replace the text of a page by what is in FILE, and save it
  sees TEXT             the page's content has this text
  lacks TEXT            it has not
  screenshot FILE       of the window
"""
import base64
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
PATIENCE = 30 * float(os.environ.get("TEST_SLOW", "1"))


class Browser:
    def __init__(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.home = tempfile.mkdtemp(prefix="browser-")
        self.session = None
        self.log = open(os.path.join(self.home, "log"), "w+")
        self.driver = subprocess.Popen(
            ["chromedriver", f"--port={self.port}"], stdout=self.log, stderr=self.log,
            env={**os.environ, "HOME": self.home, "XDG_CONFIG_HOME": self.home, "XDG_CACHE_HOME": self.home})
        self.wait("chromedriver to start", lambda: self.ask("GET", "/status")["ready"], OSError)
        # As root, and in a namespace without other users, Chromium has no sandbox of its own.
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                     "--window-size=1100,760", "--hide-scrollbars", "--no-proxy-server",
                     f"--user-data-dir={self.home}/profile"]
        self.session = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": {"args": arguments}}}})["sessionId"]

    def close(self):
        try:
            if self.session:
                self.ask("DELETE", f"/session/{self.session}")
        finally:
            self.driver.terminate()
            self.driver.wait()
            shutil.rmtree(self.home, ignore_errors=True)

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=3 * PATIENCE)
        connection.request(method, path, None if body is None else json.dumps(body))
        answer = connection.getresponse()
        value = json.load(answer)["value"]
        connection.close()
        if answer.status != 200:
            raise LookupError(value["error"] + ": " + value["message"].splitlines()[0])
        return value

    def do(self, method, path, body=None):
        return self.ask(method, f"/session/{self.session}{path}", body)

    @staticmethod
    def wait(what, condition, *errors):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                if condition():
                    return
            except errors:
                pass
            if time.monotonic() > end:
                raise TimeoutError("in vain waited for " + what)
            time.sleep(0.05)

    def find(self, selector):
        return self.do("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def has(self, selector):
        return bool(self.do("POST", "/elements", {"using": "css selector", "value": selector}))

    def open(self, url):
        self.do("POST", "/url", {"url": url})

    def type(self, selector, text):
        self.do("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def click(self, selector):
        self.do("POST", f"/element/{self.find(selector)}/click", {})

    def clear(self, selector):
        self.do("POST", f"/element/{self.find(selector)}/clear", {})

    def text(self, selector):
        return self.do("GET", f"/element/{self.find(selector)}/text")

    # ---- the wiki ----

    def page(self, wiki, title, **more):
        self.open(f"{wiki}index.php?" + urllib.parse.urlencode({"title": title, **more}))

    def login(self, wiki, user, file):
        with open(file) as f:
            password = f.read().strip()
        self.page(wiki, "Special:UserLogin")
        self.type("#wpName1", user)
        self.type("#wpPassword1", password)
        self.click("#wpLoginAttempt")
        self.wait("the login", lambda: self.has("#pt-logout") or self.has("#userloginForm .mw-message-box-error"))
        if not self.has("#pt-logout"):
            raise PermissionError(self.text("#userloginForm .mw-message-box-error"))

    def edit(self, wiki, title, file):
        with open(file) as f:
            text = f.read()
        self.page(wiki, title, action="edit")
        self.clear("#wpTextbox1")
        self.type("#wpTextbox1", text)
        self.click("#wpSave")
        self.wait(f"{title} to be saved", lambda: not self.has("#wpTextbox1"))

    def sees(self, text):
        self.wait(f'"{text}", page has: {self.text("body")[:2000]}', lambda: text in self.text("body"), LookupError)

    def lacks(self, text):
        if text in self.text("body"):
            raise AssertionError(f'"{text}" is on the page')

    def screenshot(self, file):
        with open(file, "wb") as f:
            f.write(base64.b64decode(self.do("GET", "/screenshot")))


STEPS = {"open": 1, "login": 3, "edit": 3, "sees": 1, "lacks": 1, "screenshot": 1}


def main(words):
    browser = None
    try:
        browser = Browser()
        while words:
            step, words = words[0], words[1:]
            count = STEPS[step]
            getattr(browser, step)(*words[:count])
            words = words[count:]
    except (OSError, LookupError, AssertionError) as e:
        print(f"browser: {type(e).__name__}: {e}", file=sys.stderr)
        return 1
    finally:
        if browser:
            browser.close()
    return 0


sys.exit(main(sys.argv[1:]))
