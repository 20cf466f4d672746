// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/console: what the kernel and the file descriptors 0 to 2 print goes to
 * the host's print operation.  Nothing is ever read from it.
 */
#include <linux/console.h>
#include <linux/init.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>
#include <linux/tty_port.h>
#include <linux/version.h>
#include <asm/host.h>

static struct tty_driver *lkl_tty_driver;
static struct tty_port lkl_tty_port;

static void lkl_print(const void *text, unsigned long length)
{
	lkl_host_call(print, text, length, 0, 0);
}

static int lkl_tty_open(struct tty_struct *tty, struct file *file)
{
	return tty_port_open(&lkl_tty_port, tty, file);
}

static void lkl_tty_close(struct tty_struct *tty, struct file *file)
{
	tty_port_close(&lkl_tty_port, tty, file);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
static ssize_t lkl_tty_write(struct tty_struct *tty, const u8 *text, size_t length)
#else
static int lkl_tty_write(struct tty_struct *tty, const unsigned char *text, int length)
#endif
{
	lkl_print(text, length);
	return length;
}

static unsigned int lkl_tty_write_room(struct tty_struct *tty)
{
	return 65536;
}

static const struct tty_operations lkl_tty_operations = {
	.open = lkl_tty_open,
	.close = lkl_tty_close,
	.write = lkl_tty_write,
	.write_room = lkl_tty_write_room,
};

static const struct tty_port_operations lkl_tty_port_operations = { };

static void lkl_console_write(struct console *console, const char *text, unsigned int length)
{
	lkl_print(text, length);
}

static struct tty_driver *lkl_console_device(struct console *console, int *index)
{
	*index = 0;
	return lkl_tty_driver;
}

static struct console lkl_console = {
	.name = "ttyLKL",
	.write = lkl_console_write,
	.device = lkl_console_device,
	.flags = CON_PRINTBUFFER,
	.index = -1,
};

static int __init lkl_console_init(void)
{
	register_console(&lkl_console);
	return 0;
}
console_initcall(lkl_console_init);

static int __init lkl_tty_init(void)
{
	struct tty_driver *driver;
	int rc;

	driver = tty_alloc_driver(1, TTY_DRIVER_REAL_RAW | TTY_DRIVER_UNNUMBERED_NODE);
	if (IS_ERR(driver))
		return PTR_ERR(driver);
	driver->driver_name = "lkl_console";
	driver->name = "ttyLKL";
	driver->type = TTY_DRIVER_TYPE_CONSOLE;
	driver->init_termios = tty_std_termios;
	driver->init_termios.c_oflag = 0;
	tty_set_operations(driver, &lkl_tty_operations);
	tty_port_init(&lkl_tty_port);
	lkl_tty_port.ops = &lkl_tty_port_operations;
	tty_port_link_device(&lkl_tty_port, driver, 0);
	rc = tty_register_driver(driver);
	if (rc) {
		tty_driver_kref_put(driver);
		tty_port_destroy(&lkl_tty_port);
		return rc;
	}
	lkl_tty_driver = driver;
	return 0;
}
device_initcall(lkl_tty_init);
