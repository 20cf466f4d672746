// SPDX-License-Identifier: GPL-2.0
/* virtio-mmio devices that come and go while the kernel runs. */
#include <linux/ioport.h>
#include <linux/list.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <asm/host.h>

struct lkl_device {
	struct list_head list;
	struct platform_device *platform;
	u64 id;
};

/* Requests that change it come one at a time: the host serialises them. */
static LIST_HEAD(lkl_devices);

static struct lkl_device *lkl_find_device(u64 id)
{
	struct lkl_device *device;

	list_for_each_entry(device, &lkl_devices, list)
		if (device->id == id)
			return device;
	return NULL;
}

long lkl_add_device(u64 address, u64 size, u64 line, u64 id)
{
	struct resource resources[] = {
		DEFINE_RES_MEM(address, size),
		DEFINE_RES_IRQ(line),
	};
	struct lkl_device *device;

	device = kzalloc(sizeof(*device), GFP_KERNEL);
	if (!device)
		return -ENOMEM;
	device->id = id;
	device->platform = platform_device_register_simple("virtio-mmio", id, resources,
							   ARRAY_SIZE(resources));
	if (IS_ERR(device->platform)) {
		long rc = PTR_ERR(device->platform);

		kfree(device);
		return rc;
	}
	list_add_tail(&device->list, &lkl_devices);
	if (!device->platform->dev.driver) {
		lkl_remove_device(id);
		return -ENODEV;
	}
	return 0;
}

long lkl_remove_device(u64 id)
{
	struct lkl_device *device = lkl_find_device(id);

	if (!device)
		return -ENODEV;
	list_del(&device->list);
	platform_device_unregister(device->platform);
	kfree(device);
	return 0;
}

static int lkl_is_virtio(struct device *dev, void *data)
{
	if (!dev->bus || strcmp(dev->bus->name, "virtio"))
		return 0;
	*(struct device **)data = dev;
	return 1;
}

/* "virtio3": the child that the transport's driver has registered. */
long lkl_device_name(u64 id, char *buffer, u64 size)
{
	struct lkl_device *device = lkl_find_device(id);
	struct device *child = NULL;

	if (!device)
		return -ENODEV;
	device_for_each_child(&device->platform->dev, &child, lkl_is_virtio);
	if (!child)
		return -ENODEV;
	return strscpy(buffer, dev_name(child), size);
}
